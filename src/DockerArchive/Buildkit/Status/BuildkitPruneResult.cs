namespace DockerArchive.Buildkit;

/// <summary>What <c>buildctl prune</c> has removed.</summary>
public sealed record BuildkitPruneResult
{
    /// <summary>Name of the environment; null for this machine, and for text.</summary>
    public string? Environment { get; init; }

    /// <summary>The removed records, in the order of their removal.</summary>
    public required IReadOnlyList<BuildkitCacheRecord> Records { get; init; }

    /// <summary>
    /// Size of the removed records in bytes: exact from JSON, else rounded as it is printed; null when the output is cut
    /// off before it, and when JSON was asked for and nothing removed, since nothing is printed then.
    /// </summary>
    public long? Total { get; init; }
}
