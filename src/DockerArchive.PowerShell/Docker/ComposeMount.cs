namespace DockerArchive.Docker;

/// <summary>Something mounted into a container (<c>volumes</c> of a service).</summary>
internal sealed record ComposeMount
{
    public required ComposeMountKind Kind { get; init; }

    /// <summary>Full path on the Docker host, or key of a named volume; null for an anonymous volume or tmpfs.</summary>
    public string? Source { get; init; }

    /// <summary>Path in the container.</summary>
    public required string Target { get; init; }

    public bool ReadOnly { get; init; }
}

internal enum ComposeMountKind
{
    Bind,
    Volume,
    Tmpfs,
}

/// <summary>A named volume of a compose project.</summary>
internal sealed record ComposeVolume
{
    /// <summary>Its name in the engine.</summary>
    public required string Name { get; init; }

    /// <summary>Whether somebody else makes and removes it.</summary>
    public bool External { get; init; }

    /// <summary>Null takes the engine's default.</summary>
    public string? Driver { get; init; }

    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
