using System.Text.Json;

namespace DockerArchive.Buildkit;

/// <summary>
/// Reads what <c>buildctl du</c> and <c>buildctl prune</c> print, line by line: table, <c>-v</c> and
/// <c>--format '{{json .}}'</c> of v0.3 to v0.32. So records that are being removed are known while it goes on. No input
/// throws.
/// </summary>
public sealed class BuildctlCacheReader
{
    private readonly CacheRecordBlocks _blocks = new();
    private Form _form;

    private enum Form
    {
        None,
        Table,
        Blocks,
        Json,
        Unrecognised,
    }

    /// <summary>Whether the lines are one of the forms. No line at all is: there are listings of nothing.</summary>
    public bool IsRecognised => _form != Form.Unrecognised;

    /// <summary>
    /// Size of all records in bytes: of JSON the exact sum so far, else what the last line says, null before it is
    /// there.
    /// </summary>
    public long? Total => Sums.Total;

    internal CacheSums Sums { get; } = new();

    /// <summary>Takes the next line.</summary>
    /// <param name="line">The line, without its newline. The empty lines of <c>-v</c> count.</param>
    /// <returns>
    /// The records that it makes whole. A record of <c>-v</c> is when the next one's size has come, as a description can
    /// hold lines that look like the record's end.
    /// </returns>
    public IReadOnlyList<BuildkitCacheRecord> Accept(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        line = line.TrimEnd('\r');
        if (_form == Form.None)
            _form = FormOf(line);
        return _form switch
        {
            Form.Table => AcceptRow(line),
            Form.Blocks => _blocks.Accept(line) is { } record ? [record] : [],
            Form.Json => AcceptJson(line),
            _ => [],
        };
    }

    /// <summary>Ends the output.</summary>
    /// <returns>The last record of <c>-v</c>, if it is whole.</returns>
    public IReadOnlyList<BuildkitCacheRecord> Complete()
    {
        if (_form != Form.Blocks)
            return [];
        var record = _blocks.Complete(out var sums);
        foreach (var line in sums)
            Sums.Accept(line);
        return record is null ? [] : [record];
    }

    /// <summary>Reads a whole output.</summary>
    /// <returns>The records; null when it is none of the forms.</returns>
    internal IReadOnlyList<BuildkitCacheRecord>? ReadAll(string? text)
    {
        if (text is null)
            return null;
        var records = new List<BuildkitCacheRecord>();
        var lines = text.Split('\n');
        foreach (var line in lines[^1].Length == 0 ? lines[..^1] : lines)
            records.AddRange(Accept(line));
        records.AddRange(Complete());
        return IsRecognised ? records.ToArray() : null;
    }

    private static Form FormOf(string line) => line switch
    {
        "" => Form.None,
        "null" or ['[' or '{', ..] => Form.Json,
        _ when line.StartsWith("ID:\t", StringComparison.Ordinal) || CacheSums.IsSum(line) => Form.Blocks,
        _ when line.StartsWith("ID\t", StringComparison.Ordinal) && line.Contains("\tRECLAIMABLE\t", StringComparison.Ordinal) =>
            Form.Table,
        _ => Form.Unrecognised,
    };

    // "ID   <tab> true   <tab> 8.19kB <tab>": the id with a star if it is mutable, the size with one if it is shared.
    private IReadOnlyList<BuildkitCacheRecord> AcceptRow(string line)
    {
        var cells = line.Split('\t', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (cells is not [var id, "true" or "false", var size, ..] || !line.EndsWith('\t'))
        {
            Sums.Accept(line);
            return [];
        }

        return
        [
            new BuildkitCacheRecord
            {
                Id = id.TrimEnd('*'),
                Mutable = id.EndsWith('*'),
                Reclaimable = cells[1] == "true",
                Size = BuildctlQuantity.Bytes(size.TrimEnd('*')),
                Shared = size.EndsWith('*'),
            },
        ];
    }

    private IReadOnlyList<BuildkitCacheRecord> AcceptJson(string line)
    {
        if (BuildctlJson.Read(line, FromJson) is { } records)
        {
            Sums.Add(records);
            return records;
        }

        // A later line may be cut off.
        if (Total is null)
            _form = Form.Unrecognised;
        return [];
    }

    private static BuildkitCacheRecord? FromJson(JsonElement json) =>
        json.Text("id") is { } id
        && json.Flag("mutable") is { } mutable
        && json.Flag("inUse") is { } inUse
        && json.Flag("shared") is { } shared
            ? new BuildkitCacheRecord
            {
                Id = id,
                Parents = json.Texts("parents"),
                CreatedAt = json.Time("createdAt"),
                LastUsedAt = json.Time("lastUsedAt"),
                UsageCount = json.Number("usageCount") is { } count and <= int.MaxValue ? (int)count : null,
                Size = json.Number("size"),
                Mutable = mutable,
                Reclaimable = !inUse,
                Shared = shared,
                Type = json.Text("recordType"),
                Description = json.Text("description"),
            }
            : null;
}
