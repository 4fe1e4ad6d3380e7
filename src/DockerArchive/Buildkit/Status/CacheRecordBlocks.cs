using System.Globalization;

namespace DockerArchive.Buildkit;

/// <summary>Reads the records of <c>buildctl du -v</c> and <c>buildctl prune -v</c>, and the sums behind them.</summary>
/// <remarks>
/// <para>
/// All versions print a record's fields in this order: <c>ID</c>, <c>Parents</c> (<c>Parent</c> before v0.10) if it has
/// any, <c>Created at</c>, <c>Mutable</c>, <c>Reclaimable</c>, <c>Shared</c>, <c>Size</c>, <c>Description</c> unless it is
/// empty, <c>Usage count</c>, <c>Last used</c> and <c>Type</c> if it has them, and an empty line.
/// </para>
/// <para>
/// A description is printed as it is, with lines of its own that may look like fields. So a record ends where its last
/// fields and the empty line are followed by all the first fields of another one, or by nothing but sums.
/// </para>
/// </remarks>
internal sealed class CacheRecordBlocks
{
    private readonly List<string> _lines = [];
    private int _headerLength;

    /// <summary>Takes a line.</summary>
    /// <returns>The record before, if the line makes the header of the next one whole.</returns>
    public BuildkitCacheRecord? Accept(string line)
    {
        _lines.Add(line);
        var start = HeaderStart();
        if (start < 0 || (_headerLength > 0 && !EndsRecord(start)))
            return null;
        var record = _headerLength > 0 ? ToRecord(start - 1) : null;
        _lines.RemoveRange(0, start);
        _headerLength = _lines.Count;
        return record;
    }

    /// <summary>Reads what is left at the end of the output.</summary>
    /// <param name="sums">The lines behind the last record.</param>
    /// <returns>The last record, if it is whole.</returns>
    public BuildkitCacheRecord? Complete(out IReadOnlyList<string> sums)
    {
        var end = _lines.Count;
        while (end > 0 && (_lines[end - 1].Length == 0 || CacheSums.IsSum(_lines[end - 1])))
            end--;
        var isWhole = end < _lines.Count && _headerLength > 0 && EndsRecord(end + 1);
        sums = isWhole || end == 0 ? _lines[end..] : [];
        return isWhole ? ToRecord(end) : null;
    }

    private BuildkitCacheRecord ToRecord(int end)
    {
        var tail = TailStart(end);
        return new BuildkitCacheRecord
        {
            Id = Value(0, "ID")!,
            Parents = (Value(1, "Parents") ?? Value(1, "Parent"))?.Split(';') ?? [],
            CreatedAt = BuildctlQuantity.Time(Value(_headerLength - 5, "Created at")!),
            Mutable = Flag(_headerLength - 4, "Mutable")!.Value,
            Reclaimable = Flag(_headerLength - 3, "Reclaimable")!.Value,
            Shared = Flag(_headerLength - 2, "Shared")!.Value,
            Size = BuildctlQuantity.Bytes(Value(_headerLength - 1, "Size")!),
            Description = Description(tail),
            UsageCount = UsageCount(tail),
            LastUsedAt = Value(tail + 1, "Last used") is { } time ? BuildctlQuantity.Time(time) : null,
            Type = Value(end - 1, "Type"),
        };
    }

    private string? Description(int end) => Value(_headerLength, "Description") is { } first
        ? string.Join('\n', [first, .. _lines[(_headerLength + 1)..end]])
        : null;

    // The first line of the header that ends with the last line, or -1.
    private int HeaderStart()
    {
        var size = _lines.Count - 1;
        if (Value(size, "Size") is null
            || Flag(size - 1, "Shared") is null
            || Flag(size - 2, "Reclaimable") is null
            || Flag(size - 3, "Mutable") is null
            || Value(size - 4, "Created at") is null)
            return -1;
        var hasParents = Value(size - 5, "Parents") is not null || Value(size - 5, "Parent") is not null;
        var start = size - (hasParents ? 6 : 5);
        return Value(start, "ID") is { Length: > 0 } ? start : -1;
    }

    // Whether the lines before this one are the last fields of a record and an empty line.
    private bool EndsRecord(int line) =>
        line > _headerLength && _lines[line - 1].Length == 0 && TailStart(line - 1) >= 0;

    // The first of the last fields, given the line behind them, or -1.
    private int TailStart(int end)
    {
        var at = end - 1;
        if (Value(at, "Type") is not null)
            at--;
        if (Value(at, "Last used") is not null)
            at--;
        return at >= _headerLength && UsageCount(at) is not null ? at : -1;
    }

    private int? UsageCount(int line) =>
        int.TryParse(Value(line, "Usage count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;

    private bool? Flag(int line, string name) => Value(line, name) switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    private string? Value(int line, string name)
    {
        if (line < 0 || line >= _lines.Count)
            return null;
        var text = _lines[line].AsSpan();
        return text.StartsWith(name) && text[name.Length..].StartsWith(":\t")
            ? text[(name.Length + 2)..].TrimStart('\t').ToString()
            : null;
    }
}
