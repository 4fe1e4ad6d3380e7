using System.Text;

namespace DockerArchive.Systemd;

/// <summary>An entry in one of journalctl's short forms.</summary>
internal sealed class JournalLineDraft(JournalLine line) : EntryDraft
{
    private readonly StringBuilder _message = new(line.Message);
    private readonly int? _indentation = line.Indentation;

    /// <summary>
    /// Takes the next lines of a message, which journalctl indents to where the first begins, and what a terminal broke
    /// off the line before, where nothing is between.
    /// </summary>
    public override bool TryContinue(string text, int emptyLines, bool isBroken)
    {
        if (_indentation is { } indentation && Blanks(text) >= indentation)
            _message.Append('\n', emptyLines + 1).Append(text, indentation, text.Length - indentation);
        else if (isBroken && emptyLines == 0)
            _message.Append(text);
        else
            return false;
        return true;
    }

    public override JournalEntry ToEntry(JournalClock clock, string? unit)
    {
        var (time, isCertain) = clock.Read(line.Time);
        return new JournalEntry
        {
            Time = time,
            TimeIsCertain = isCertain,
            Unit = line.Unit ?? unit,
            Identifier = line.Identifier,
            Pid = line.Pid,
            Host = line.Host,
            Message = _message.ToString(),
        };
    }
}
