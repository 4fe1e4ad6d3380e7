namespace DockerArchive.Buildkit;

/// <summary>
/// What BuildKit's cache takes, from <c>buildctl du</c>. The sums of <c>-v</c> and the table are those that it prints,
/// rounded to two decimals of a decimal unit: null with <c>--filter</c>, which prints none, and when the output is cut
/// off before them. Those of JSON are the sums of the listed records, exactly.
/// </summary>
public sealed record BuildkitDiskUsage
{
    /// <summary>Name of the environment; null for this machine, and for text.</summary>
    public string? Environment { get; init; }

    /// <summary>
    /// The records in the tool's order: by size, the biggest first before v0.22, the smallest first since then.
    /// </summary>
    public required IReadOnlyList<BuildkitCacheRecord> Records { get; init; }

    /// <summary>Size of the records that can be removed, in bytes.</summary>
    public long? Reclaimable { get; init; }

    /// <summary>Size of all records, in bytes.</summary>
    public long? Total { get; init; }

    /// <summary>Size of the records whose content something outside the cache has too, in bytes.</summary>
    public long? Shared { get; init; }

    /// <summary>Size of all other records, in bytes.</summary>
    public long? Private { get; init; }
}
