namespace DockerArchive.Docker;

/// <summary>How a service's image is built.</summary>
internal sealed record ComposeBuild
{
    /// <summary>Full path of the directory, or the address of a repository.</summary>
    public required string Context { get; init; }

    /// <summary>Path below the context; null where <see cref="InlineDockerfile"/> stands in its place.</summary>
    public string? Dockerfile { get; init; }

    public string? InlineDockerfile { get; init; }

    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Null builds the last stage.</summary>
    public string? Target { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string? Network { get; init; }

    public bool NoCache { get; init; }

    public bool Pull { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];
}
