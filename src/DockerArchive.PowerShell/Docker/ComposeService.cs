using DockerArchive.Catalog;

namespace DockerArchive.Docker;

/// <summary>One service of a compose project, after interpolation and merging: what the engine needs to make its container.</summary>
internal sealed record ComposeService
{
    public required string Name { get; init; }

    /// <summary>Null where <see cref="Build"/> makes one without a name of its own.</summary>
    public string? Image { get; init; }

    /// <summary>Null where the image is only pulled.</summary>
    public ComposeBuild? Build { get; init; }

    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    public IReadOnlyList<ComposeDevice> Devices { get; init; } = [];

    public bool Tty { get; init; }

    public bool StdinOpen { get; init; }

    /// <summary>A variable whose value is null is taken out of those that the image has.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    public string? Hostname { get; init; }

    public bool Privileged { get; init; }

    public IReadOnlyList<string> CapAdd { get; init; } = [];

    public IReadOnlyList<string> SecurityOpt { get; init; } = [];

    public string? Restart { get; init; }

    /// <summary>The networks it is attached to, by their keys in the project, the one of its default route first.</summary>
    public IReadOnlyDictionary<string, ComposeAttachment> Networks { get; init; } =
        new Dictionary<string, ComposeAttachment> { ["default"] = new() };

    public IReadOnlyList<ComposeMount> Mounts { get; init; } = [];

    public ComposeHealthcheck? Healthcheck { get; init; }

    public IReadOnlyList<ServiceDependency> DependsOn { get; init; } = [];

    /// <summary>Keys of the named volumes it mounts.</summary>
    public IEnumerable<string> NamedVolumes =>
        Mounts.Where(m => m.Kind is ComposeMountKind.Volume).Select(m => m.Source).OfType<string>();
}

/// <summary>A device of the Docker host in a container.</summary>
/// <param name="Source">Path on the Docker host.</param>
/// <param name="Target">Path in the container.</param>
/// <param name="Permissions">Of <c>r</c>, <c>w</c> and <c>m</c> (make).</param>
internal sealed record ComposeDevice(string Source, string Target, string Permissions);
