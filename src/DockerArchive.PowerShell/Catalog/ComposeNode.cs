namespace DockerArchive.Catalog;

/// <summary>A part of a compose file, with the place that wrote it.</summary>
/// <param name="File">Full path of the file.</param>
/// <param name="Line">Line in the file, from 1.</param>
internal abstract record ComposeNode(string File, long Line)
{
    public BrokenEnvironmentException Broken(string reason, Exception? inner = null) => new(File, Line, reason, inner);
}

/// <summary>A single value.</summary>
/// <param name="File">Full path of the file.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Text">The text as YAML has it, without quotes.</param>
/// <param name="Kind">What the text means to YAML.</param>
internal sealed record ComposeScalar(string File, long Line, string Text, ComposeScalarKind Kind) : ComposeNode(File, Line)
{
    public bool IsNull => Kind is ComposeScalarKind.Null;
}

internal enum ComposeScalarKind
{
    Text,
    Integer,
    Number,
    Boolean,
    Timestamp,
    Null,
}

/// <summary>A list.</summary>
internal sealed record ComposeSequence(string File, long Line, IReadOnlyList<ComposeNode> Items) : ComposeNode(File, Line);

/// <summary>A mapping, in the file's order.</summary>
internal sealed record ComposeMapping(string File, long Line, IReadOnlyList<ComposeEntry> Entries) : ComposeNode(File, Line)
{
    public ComposeNode? this[string key] => Entries.FirstOrDefault(e => e.Key == key)?.Value;

    /// <summary>A copy in which <paramref name="entry"/> stands for what has its key, or is added.</summary>
    public ComposeMapping With(ComposeEntry entry)
    {
        var entries = Entries.ToList();
        var index = entries.FindIndex(e => e.Key == entry.Key);
        if (index < 0)
            entries.Add(entry);
        else
            entries[index] = entry;
        return this with { Entries = entries };
    }

    public ComposeMapping Without(string key) => this with { Entries = [.. Entries.Where(e => e.Key != key)] };
}

/// <summary>A key of a mapping and its value.</summary>
/// <param name="File">Full path of the file that has the key.</param>
/// <param name="Line">Line of the key, from 1.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
internal sealed record ComposeEntry(string File, long Line, string Key, ComposeNode Value)
{
    public BrokenEnvironmentException Broken(string reason) => new(File, Line, reason);
}
