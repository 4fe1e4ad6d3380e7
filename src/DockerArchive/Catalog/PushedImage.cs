using DockerArchive.Vm;

namespace DockerArchive.Catalog;

/// <summary>An image that <c>Publish-ArchiveEnv</c> has pushed under one name.</summary>
public sealed record PushedImage
{
    /// <summary>Name of the environment.</summary>
    public required string Environment { get; init; }

    /// <summary>Which of the environment's images it is.</summary>
    public required BuildStage Stage { get; init; }

    /// <summary>The name in the registry.</summary>
    public required string Reference { get; init; }

    /// <summary>The versioned name that this one, an alias, stands for; null where it is the versioned one itself.</summary>
    public string? Target { get; init; }

    /// <summary>Digest of what the registry has under the name now, <c>sha256:…</c>.</summary>
    public required string Digest { get; init; }

    /// <summary>Size of the image in bytes, as the Docker engine reports it (all layers, unpacked).</summary>
    public required long Size { get; init; }

    /// <summary>
    /// True if the registry had this very image under this name before; null if it could not be asked from here, as a registry
    /// that only the Docker host reaches.
    /// </summary>
    public required bool? UpToDate { get; init; }

    /// <summary>Time the push took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The name, so that it can be given wherever a reference can.</summary>
    public override string ToString() => Reference;
}
