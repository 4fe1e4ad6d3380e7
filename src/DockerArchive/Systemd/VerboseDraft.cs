using System.Buffers;
using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>An entry in the form of <c>journalctl -o verbose</c>: time and cursor, then each field on its line.</summary>
internal sealed class VerboseDraft(PrintedTime time, string cursor) : EntryDraft
{
    private const int FieldIndentation = 4;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private readonly Dictionary<string, List<object?>> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _lines = [];
    private string? _name;

    /// <summary>Starts an entry with its first line; null when it is in another form.</summary>
    public static VerboseDraft? Start(JournalLine line) =>
        line is { Host: null, Identifier: null, Message: ['[', 's', '=', .. var cursor, ']'] }
            ? new VerboseDraft(line.Time, "s=" + cursor)
            : null;

    /// <summary>Takes a field, or the next line of one's value, which is indented to where the first begins.</summary>
    public override bool TryContinue(string text, int emptyLines, bool isBroken)
    {
        var blanks = Blanks(text);
        if (blanks == FieldIndentation && NameLength(text.AsSpan(FieldIndentation)) is var length and > 0)
        {
            EndField();
            _name = text.Substring(FieldIndentation, length);
            _lines.Add(text[(FieldIndentation + length + 1)..]);
            return true;
        }

        var indentation = FieldIndentation + 1 + (_name?.Length ?? 0);
        if (_name is null || blanks < indentation)
            return false;
        _lines.AddRange(Enumerable.Repeat("", emptyLines));
        _lines.Add(text[indentation..]);
        return true;
    }

    public override JournalEntry ToEntry(JournalClock clock, string? unit)
    {
        EndField();
        var (received, isCertain) = clock.Read(time);
        var pid = Number("_PID");
        var ownUnit = Text("_SYSTEMD_UNIT") ?? unit;
        var fields = _fields.ToDictionary(
            field => field.Key, field => field.Value.Count == 1 ? field.Value[0] : field.Value.ToArray());
        return new JournalEntry(fields.AsReadOnly())
        {
            Time = received,
            TimeIsCertain = isCertain,
            // Any program can send a field UNIT; only systemd is believed.
            Unit = pid == 1 ? Text("UNIT") ?? ownUnit : ownUnit,
            Identifier = Text("SYSLOG_IDENTIFIER") ?? Text("_COMM"),
            Pid = pid,
            Priority = Number("PRIORITY") is { } priority and <= 7 ? (JournalPriority)priority : null,
            Host = Text("_HOSTNAME"),
            Message = Text("MESSAGE"),
            Cursor = cursor,
            BootId = Text("_BOOT_ID"),
            MessageId = Text("MESSAGE_ID"),
        };
    }

    private void EndField()
    {
        if (_name is null)
            return;
        if (!_fields.TryGetValue(_name, out var values))
            _fields.Add(_name, values = []);
        values.Add(string.Join('\n', _lines));
        _lines.Clear();
        _name = null;
    }

    private string? Text(string name) => _fields.GetValueOrDefault(name)?[0] as string;

    private int? Number(string name) =>
        int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int NameLength(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('=');
        return end > 0 && !text[..end].ContainsAnyExcept(NameCharacters) ? end : 0;
    }
}
