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

    /// <summary>Bind mounts: such as <c>rprivate</c>; null takes the engine's default.</summary>
    public string? Propagation { get; init; }

    /// <summary>Bind mounts: whether the engine makes the source where it is not there.</summary>
    public bool CreateHostPath { get; init; }

    /// <summary>Bind mounts: <c>z</c> or <c>Z</c>, or null.</summary>
    public string? SELinux { get; init; }

    /// <summary>Volumes: whether an empty one stays empty instead of taking what the image has there.</summary>
    public bool NoCopy { get; init; }

    /// <summary>Volumes: the part that is mounted; null mounts all.</summary>
    public string? Subpath { get; init; }

    /// <summary>tmpfs: bytes; null sets no limit.</summary>
    public long? TmpfsSize { get; init; }

    /// <summary>tmpfs: mode of its root.</summary>
    public int? TmpfsMode { get; init; }
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
