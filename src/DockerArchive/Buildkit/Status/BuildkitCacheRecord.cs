namespace DockerArchive.Buildkit;

/// <summary>
/// A record of BuildKit's cache, as <c>buildctl du</c> lists and <c>buildctl prune</c> removes it. <c>-v</c> and JSON
/// have every property; the table has id, <see cref="Mutable"/>, <see cref="Reclaimable"/>, <see cref="Size"/> and
/// <see cref="Shared"/>.
/// </summary>
public sealed record BuildkitCacheRecord
{
    /// <summary>The record's id: 25 letters and digits, or the digest of a layer (before v0.7).</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Ids of the records it lies on, which stay as long as it does. Before v0.10 there is at most one; the table has
    /// none.
    /// </summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>When it was made; null in the table, and when it is not known.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When a build last used it; null in the table, and when none has finished with it yet.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How many times it was used; null in the table.</summary>
    public int? UsageCount { get; init; }

    /// <summary>
    /// Size of its own content in bytes, without its parents'; null when BuildKit does not know it. JSON has it
    /// exactly, the others rounded to the two decimals they print: <c>182.83MB</c> is 182,830,000.
    /// </summary>
    public long? Size { get; init; }

    /// <summary>Whether its content may still change, as that of a cache mount or a local source does.</summary>
    public required bool Mutable { get; init; }

    /// <summary>Whether it can be removed: no build uses it. JSON has the opposite as <c>inUse</c>.</summary>
    public required bool Reclaimable { get; init; }

    /// <summary>Whether something outside the cache has its content too, such as an image of containerd.</summary>
    public required bool Shared { get; init; }

    /// <summary>
    /// What it is: <c>regular</c>, <c>source.local</c>, <c>source.git.checkout</c>, <c>exec.cachemount</c>,
    /// <c>frontend</c>, <c>internal</c>; null in the table and from <c>prune</c>, which does not say it.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>
    /// What made it, of any text; null in the table, and when it has none. JSON has it exactly; <c>-v</c> prints it
    /// without quoting, and with tabs as many as align its columns.
    /// </summary>
    public string? Description { get; init; }
}
