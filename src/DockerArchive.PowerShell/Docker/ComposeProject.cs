namespace DockerArchive.Docker;

/// <summary>A compose project after interpolation, <c>extends</c> and merging: what <c>docker compose config</c> shows of it.</summary>
internal sealed record ComposeProject
{
    /// <summary>Project name, by which containers and networks are found again.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the directory that relative paths start from.</summary>
    public required string Directory { get; init; }

    /// <summary>Full paths of the compose files, in the order in which they were merged.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Full paths of other files, whose services are extended.</summary>
    public IReadOnlyList<string> ExtendedFiles { get; init; } = [];

    /// <summary>The services, by name, as compose orders them.</summary>
    public required IReadOnlyList<ComposeService> Services { get; init; }

    /// <summary>The networks that a service uses, by their keys in the file; <c>default</c> is one of them unless every service names others.</summary>
    public IReadOnlyDictionary<string, ComposeNetwork> Networks { get; init; } = new Dictionary<string, ComposeNetwork>();

    /// <summary>The named volumes that a service uses, by their keys in the file.</summary>
    public IReadOnlyDictionary<string, ComposeVolume> Volumes { get; init; } = new Dictionary<string, ComposeVolume>();

    /// <summary>Reference of a service's image; one that is only built has compose's name for it.</summary>
    public string ImageOf(ComposeService service) => service.Image ?? $"{Name}-{service.Name}";
}
