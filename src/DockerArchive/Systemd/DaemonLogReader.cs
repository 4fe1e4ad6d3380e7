using System.Text;

namespace DockerArchive.Systemd;

/// <summary>
/// Reads the log of a daemon line by line, in any mixture of forms: what the daemon itself writes (logrus text, panics
/// and stack traces), journalctl's forms short, short-precise, short-iso, short-iso-precise, short-full, short-unix,
/// with-unit, verbose and json (systemd 229 to 257), syslog files, and <c>docker logs -t</c>. Of
/// <c>journalctl -o export</c>, which is bytes rather than lines, each line is a message. No input throws.
/// </summary>
/// <remarks>
/// A line of any other form is an entry with nothing but a message. Empty lines and the notes of journalctl and its
/// pager (<c>-- Boot … --</c>, <c>lines 1-20/20 (END)</c>) are left out. These lines belong to the entry before them:
/// <list type="bullet">
/// <item>those of a journal entry that journalctl indents to where its message begins;</item>
/// <item>what a terminal broke off a journal line: a line directly behind one that is at least 79 columns wide and as
/// wide as any journal line before, unless it starts as logrus text;</item>
/// <item>behind a line that is neither journal nor logrus, those that are indented or of a Go stack trace;</item>
/// <item>the next lines of a logrus message that has newlines in its quotes, as BuildKit v0.3 writes.</item>
/// </list>
/// </remarks>
/// <param name="zone">
/// The zone of times that are printed without an offset; null means UTC. Only a time with an abbreviation such as
/// <c>CEST</c> is then marked as not certain.
/// </param>
/// <param name="now">
/// When the log was printed, the present if null: a time without a year is in the last year that does not put it more
/// than a day later. A line before any that names a time has this time.
/// </param>
public sealed class DaemonLogReader(TimeZoneInfo? zone = null, DateTimeOffset? now = null)
{
    private readonly JournalClock _clock = JournalClock.At(now ?? DateTimeOffset.UtcNow, zone);
    private readonly TerminalColumns _columns = new();
    private EntryDraft? _draft;
    private int _emptyLines;

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line in UTF-8, without its newline.</param>
    /// <param name="entries">
    /// Receives what is complete then: the entry before the line, if that ends it, and the line's own, if it is JSON.
    /// </param>
    public void Add(ReadOnlySpan<byte> line, ICollection<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (line is [(byte)'{', ..] && JournalParser.TryParse(line, out var json))
        {
            Complete(entries);
            _clock.Observe(json.Time);
            entries.Add(json);
        }
        else if (AddText(Encoding.UTF8.GetString(line).TrimEnd('\r')) is { } entry)
        {
            entries.Add(entry);
        }
    }

    /// <summary>Ends the log.</summary>
    /// <param name="entries">Receives the last entry, if there is one that was not given out.</param>
    public void Complete(ICollection<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (Begin(null) is { } last)
            entries.Add(last);
    }

    private JournalEntry? AddText(string line)
    {
        var text = TerminalText.Strip(line);
        if (JournalLine.Parse(text) is { } journalLine)
        {
            _columns.Start(text);
            return Begin((EntryDraft?)VerboseDraft.Start(journalLine) ?? new JournalLineDraft(journalLine));
        }

        var isBroken = _columns.AreFull;
        _columns.Continue(text);
        if (string.IsNullOrWhiteSpace(text))
            _emptyLines++;
        else if (!JournalctlNotes.Contains(text))
            return Continue(text, isBroken);
        return null;
    }

    private JournalEntry? Continue(string text, bool isBroken)
    {
        if (_draft is null || RawLineDraft.IsLogrus(text) || !_draft.TryContinue(text, _emptyLines, isBroken))
            return Begin(new RawLineDraft(text));
        _emptyLines = 0;
        return null;
    }

    private JournalEntry? Begin(EntryDraft? next)
    {
        var entry = _draft?.ToEntry(_clock, null);
        _draft = next;
        _emptyLines = 0;
        return entry;
    }
}
