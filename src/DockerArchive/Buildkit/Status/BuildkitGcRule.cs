namespace DockerArchive.Buildkit;

/// <summary>
/// A rule of a worker's garbage collection, from <c>buildctl debug workers</c> with <c>-v</c> or as JSON: both
/// have sizes and durations exactly. What is not set is null.
/// </summary>
public sealed record BuildkitGcRule
{
    /// <summary>Whether it also removes internal and frontend records.</summary>
    public bool All { get; init; }

    /// <summary>Which records it is about; empty for every one.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>How long records are kept after their last use; null when time does not matter.</summary>
    public TimeSpan? KeepDuration { get; init; }

    /// <summary>Size up to which records are kept, in bytes (<c>Keep Bytes</c>, before v0.17).</summary>
    public long? KeepBytes { get; init; }

    /// <summary>Size that the cache may always have, in bytes (v0.17 and later).</summary>
    public long? ReservedSpace { get; init; }

    /// <summary>Free space that the rule wants to leave on the disk, in bytes (v0.17 and later).</summary>
    public long? MinimumFreeSpace { get; init; }

    /// <summary>Size that the cache may have at most, in bytes (v0.17 and later).</summary>
    public long? MaximumUsedSpace { get; init; }
}
