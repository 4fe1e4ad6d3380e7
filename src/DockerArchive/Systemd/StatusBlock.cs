using System.Text;

namespace DockerArchive.Systemd;

/// <summary>The lines of <c>systemctl status</c> about one unit: its properties, an empty line, its journal.</summary>
internal sealed class StatusBlock(StatusHeader header)
{
    private readonly List<(string Label, StringBuilder Value)> _rows = [];
    private readonly StringBuilder _description = new(header.Description);
    private readonly List<EntryDraft> _journal = [];
    private readonly TerminalColumns _columns = new();
    private int _emptyLines;

    /// <summary>Reads the lines up to the first that is not about the unit.</summary>
    /// <returns>That line's index.</returns>
    public int Read(string[] lines, int start)
    {
        Measure(lines, start);
        _columns.Continue(lines[start - 1]);
        var index = start;
        while (index < lines.Length && !IsEnd(lines, index) && TryAdd(header.Unquote(lines[index])))
            index++;
        return index;
    }

    /// <summary>The unit and its journal.</summary>
    public SystemdStatus ToStatus(TimeZoneInfo? zone, DateTimeOffset now)
    {
        var properties = new StatusProperties(
            header.Id,
            _description.Length == 0 ? header.Id : _description.ToString(),
            _rows.ConvertAll(row => new StatusRow(row.Label, row.Value.ToString().TrimEnd())));
        var clock = properties.Clock(zone, now);
        return new SystemdStatus
        {
            Unit = properties.ToUnit(zone),
            Journal = _journal.ConvertAll(entry => entry.ToEntry(clock, header.Id)).ToArray(),
        };
    }

    // Only when all lines are known can be told which of them a terminal has broken.
    private void Measure(string[] lines, int start)
    {
        _columns.Start(lines[start - 1]);
        for (var index = start; index < lines.Length && !IsEnd(lines, index); index++)
        {
            var line = header.Unquote(lines[index]);
            if (JournalLine.Parse(line) is not null || StatusRow.Read(line) is not null || StatusRow.IsContinued(line))
                _columns.Start(line);
            else if (lines[index - 1].Length == 0 && line.Length > 0 && !JournalctlNotes.Contains(line))
                return;
        }
    }

    private bool IsEnd(string[] lines, int index)
    {
        var line = header.Unquote(lines[index]);
        return !header.HasPrefix(lines[index]) ||
            line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal) ||
            IsPrompt(line) || (!StatusRow.IsContinued(line) && StatusHeader.Find(lines, index) is not null);
    }

    // root@host:~# or [root@host ~]$, with or without a command, or a dollar alone.
    private static bool IsPrompt(string line)
    {
        if (line.StartsWith("$ ", StringComparison.Ordinal))
            return true;
        var at = line.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || line.AsSpan(0, at).ContainsAny(" :=\""))
            return false;
        var mark = line.AsSpan(at).IndexOfAny("#$%") + at;
        return mark > at && (mark + 1 == line.Length || line[mark + 1] == ' ') &&
            line.AsSpan(at, mark - at).Count(' ') <= 1;
    }

    private bool TryAdd(string line)
    {
        var isBroken = _columns.AreFull;
        _columns.Continue(line);
        if (string.IsNullOrWhiteSpace(line))
        {
            _emptyLines++;
            return true;
        }

        if (!JournalctlNotes.Contains(line) && !TryAddEntry(line, isBroken) && !TryAddRow(line, isBroken))
            return false;
        _emptyLines = 0;
        return true;
    }

    private bool TryAddEntry(string line, bool isBroken)
    {
        if (JournalLine.Parse(line) is not { } entry)
            return _journal.Count > 0 && _journal[^1].TryContinue(line, _emptyLines, isBroken);
        _journal.Add(new JournalLineDraft(entry));
        return true;
    }

    private bool TryAddRow(string line, bool isBroken)
    {
        if (_journal.Count > 0)
            return false;
        if (StatusRow.Read(line) is { } row)
            Begin(row.Label, row.Value);
        else if (StatusRow.IsContinued(line))
            Begin(_rows.Count == 0 ? "" : _rows[^1].Label, line);
        else if (isBroken && _emptyLines == 0)
            (_rows.Count == 0 ? _description : _rows[^1].Value).Append(line);
        else if (char.IsWhiteSpace(line[0]) || _emptyLines == 0)
            Begin("", line);
        else
            return false;
        return true;
    }

    private void Begin(string label, string value) => _rows.Add((label, new StringBuilder(value.TrimStart())));
}
