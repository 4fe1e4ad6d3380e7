namespace DockerArchive.Systemd;

/// <summary>
/// The first line of <c>systemctl status</c> about a unit: a dot that is lost in some texts, and in others is <c>●</c>,
/// <c>○</c>, <c>×</c>, <c>↻</c>, <c>*</c>, <c>?</c>, <c>&amp;#9679;</c> or what another encoding made of it; the unit's
/// name, its description.
/// </summary>
/// <param name="Prefix">What is before it, and before all other lines, as the text is quoted or indented.</param>
/// <param name="Id">The unit's name.</param>
/// <param name="Description">The description; null where systemctl prints none, as it is the name.</param>
internal sealed record StatusHeader(string Prefix, string Id, string? Description)
{
    private const int LongestDot = 4;

    /// <summary>Reads a line, of which the next must be one of the unit's: else it is part of a list or of prose.</summary>
    public static StatusHeader? Find(string[] lines, int index)
    {
        if (Parse(lines[index]) is not { } header)
            return null;
        var next = index + 1;
        while (next < lines.Length && string.IsNullOrWhiteSpace(header.Unquote(lines[next])))
            next++;
        if (next >= lines.Length)
            return null;
        if (IsFirstRow(header.Unquote(lines[next])))
            return header;

        var columns = new TerminalColumns();
        columns.Start(lines[index]);
        return columns.AreFull && next == index + 1 && next + 1 < lines.Length &&
            IsFirstRow(header.Unquote(lines[next + 1]))
            ? header
            : null;
    }

    /// <summary>Whether a line is quoted as the first is.</summary>
    public bool HasPrefix(string line) =>
        string.IsNullOrWhiteSpace(line) || line.StartsWith(Prefix.TrimEnd(), StringComparison.Ordinal);

    /// <summary>A line without the prefix; one that is indented less stays as it is.</summary>
    public string Unquote(string line)
    {
        if (line.StartsWith(Prefix, StringComparison.Ordinal))
            return line[Prefix.Length..];
        var bare = Prefix.TrimEnd();
        return line.StartsWith(bare, StringComparison.Ordinal) ? line[bare.Length..] : line;
    }

    private static bool IsFirstRow(string line) =>
        StatusRow.Read(line) is { Label: "Loaded" or "Active" or "Follow" or "Follows" };

    private static StatusHeader? Parse(string line)
    {
        var start = line.AsSpan().IndexOfAnyExcept(" \t>|#");
        if (start < 0)
            return null;
        var rest = line.AsSpan(start);
        var end = rest.IndexOf(' ');
        if (end is > 0 and <= LongestDot || (end > 0 && rest[0] == '&' && rest[end - 1] == ';'))
            rest = rest[(end + 1)..];
        end = rest.IndexOf(" - ");
        var id = end < 0 ? rest.TrimEnd() : rest[..end];
        return id.Length <= 255 && UnitName.IsComplete(id.ToString())
            ? new StatusHeader(line[..start], id.ToString(), end < 0 ? null : rest[(end + 3)..].TrimEnd().ToString())
            : null;
    }
}
