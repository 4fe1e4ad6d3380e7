using DockerArchive.Buildkit;

namespace DockerArchive.Vm;

/// <summary>The stages in which an environment's images are made.</summary>
public enum BuildStage
{
    /// <summary>The root file system as a container image, built from the environment's Dockerfile.</summary>
    Ctr,

    /// <summary>The root file system with kernel and init as a disk image.</summary>
    Vm,

    /// <summary>The runner with the disk: what <c>Start-ArchiveEnv</c> starts.</summary>
    Dqd,
}

/// <summary>What one stage of <c>Build-ArchiveEnv</c> made.</summary>
public sealed record StageResult
{
    /// <summary>Name of the environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The stage.</summary>
    public required BuildStage Stage { get; init; }

    /// <summary>Reference of the image.</summary>
    public required string Image { get; init; }

    /// <summary>Id of the image, <c>sha256:…</c>.</summary>
    public required string ImageId { get; init; }

    /// <summary>Size of the image in bytes, as the Docker engine reports it (all layers, unpacked).</summary>
    public required long Size { get; init; }

    /// <summary>What the guest's disk holds at most, in bytes; null for stages other than vm.</summary>
    public long? DiskSize { get; init; }

    /// <summary>What the guest's file system uses of its disk, in bytes; null for stages other than vm.</summary>
    public long? DiskUsed { get; init; }

    /// <summary>True if the image was there already, made from the same inputs.</summary>
    public required bool UpToDate { get; init; }

    /// <summary>
    /// The steps of the stage's image builds with their logs, as the engine's BuildKit told them; none if the image was there already.
    /// </summary>
    public IReadOnlyList<BuildStep> Steps { get; init; } = [];

    /// <summary>Time the stage took.</summary>
    public required TimeSpan Duration { get; init; }
}
