namespace DockerArchive.Buildkit;

/// <summary>The sums of a listing of the cache, in bytes: as they are printed, or counted from exact sizes.</summary>
internal sealed class CacheSums
{
    // No number of exact sizes overflows these.
    private decimal? _shared;
    private decimal? _private;
    private decimal? _reclaimable;
    private decimal? _total;

    public long? Shared => ToBytes(_shared ?? (NothingIsShared ? 0 : null));

    public long? Private => ToBytes(_private ?? (NothingIsShared ? _total : null));

    public long? Reclaimable => ToBytes(_reclaimable);

    public long? Total => ToBytes(_total);

    // If anything is, buildctl du prints it before what is reclaimable.
    private bool NothingIsShared => _shared is null && _reclaimable is not null;

    /// <summary>Whether the line is a sum.</summary>
    public static bool IsSum(string line) => Read(line).Bytes is not null;

    /// <summary>Takes a line, if it is a sum.</summary>
    public void Accept(string line)
    {
        var (name, bytes) = Read(line);
        if (bytes is null)
            return;
        if (name == "Shared")
            _shared = bytes;
        else if (name == "Private")
            _private = bytes;
        else if (name == "Reclaimable")
            _reclaimable = bytes;
        else
            _total = bytes;
    }

    /// <summary>Counts records of exact sizes; those of unknown size are left out, as buildctl does.</summary>
    public void Add(IReadOnlyList<BuildkitCacheRecord> records)
    {
        _shared = Plus(_shared, records.Where(record => record.Shared));
        _private = Plus(_private, records.Where(record => !record.Shared));
        _reclaimable = Plus(_reclaimable, records.Where(record => record.Reclaimable));
        _total = Plus(_total, records);
    }

    private static (string? Name, long? Bytes) Read(string line) =>
        line.Split('\t', StringSplitOptions.RemoveEmptyEntries) is
            ["Shared:" or "Private:" or "Reclaimable:" or "Total:", var size]
            ? (line[..line.IndexOf(':', StringComparison.Ordinal)], BuildctlQuantity.Bytes(size))
            : (null, null);

    private static decimal Plus(decimal? sum, IEnumerable<BuildkitCacheRecord> records) =>
        (sum ?? 0) + records.Sum(record => (decimal)(record.Size ?? 0));

    private static long? ToBytes(decimal? sum) => sum <= long.MaxValue ? (long)sum : null;
}
