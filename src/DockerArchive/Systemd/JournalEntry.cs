using System.Collections.ObjectModel;
using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>
/// One entry of the systemd journal, from a line of <c>journalctl -o json</c>, or as much of one as a text for people
/// tells. Where the message is logrus text, as BuildKit's and Docker's daemons write, its parts are properties too.
/// </summary>
public sealed class JournalEntry
{
    private static readonly IReadOnlyDictionary<string, object?> NoAttributes =
        new Dictionary<string, object?>().AsReadOnly();

    // Most readers of a journal look at a few properties of each entry: the rest is read from the line when asked for.
    private readonly byte[]? _json;
    private readonly Range _messageAt;
    private readonly Range _cursorAt;
    private string? _message;
    private string? _cursor;
    private IReadOnlyDictionary<string, object?>? _fields;
    private LogrusProbe? _logrus;

    internal JournalEntry(byte[] json, Range messageAt, Range cursorAt)
    {
        _json = json;
        _messageAt = messageAt;
        _cursorAt = cursorAt;
    }

    internal JournalEntry(IReadOnlyDictionary<string, object?> fields) => _fields = fields;

    internal JournalEntry()
    {
    }

    internal JournalEntry(LogrusText? logrus) => _logrus = new LogrusProbe(logrus);

    /// <summary>
    /// When journald received the entry (<c>__REALTIME_TIMESTAMP</c>): UTC, to the microsecond. Read from a text, it is
    /// as precise as that is, and when the program sent the entry where journald knows it, as journalctl prints that;
    /// of a line that has only the daemon's own time, that time.
    /// </summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// False for an entry from a text that does not tell when it was. <see cref="Time"/> is then the nearest there is:
    /// the time of day as printed where only its zone is unknown, else the time of the entry before.
    /// </summary>
    public bool TimeIsCertain { get; init; } = true;

    /// <summary>
    /// The unit it is about, as <c>journalctl -u</c> matches: the unit that wrote it, or, when systemd itself wrote
    /// it, the unit that systemd speaks of.
    /// </summary>
    public string? Unit { get; init; }

    /// <summary>The program's name in the log (<c>SYSLOG_IDENTIFIER</c>), else the process's name.</summary>
    public string? Identifier { get; init; }

    /// <summary>Process id of the writer (<c>_PID</c>).</summary>
    public int? Pid { get; init; }

    /// <summary>Priority (<c>PRIORITY</c>).</summary>
    public JournalPriority? Priority { get; init; }

    /// <summary>The guest's host name (<c>_HOSTNAME</c>).</summary>
    public string? Host { get; init; }

    /// <summary>
    /// The message: bytes that are not UTF-8 are replaced by U+FFFD (<see cref="Fields"/> has the bytes), several
    /// messages of one entry are joined by newlines; null when journalctl left it out as too long (see its option
    /// <c>--all</c>).
    /// </summary>
    public string? Message
    {
        get => _message ??= Read(_messageAt);
        init => _message = value;
    }

    /// <summary>The entry's position, for <c>journalctl --after-cursor</c>.</summary>
    public string? Cursor
    {
        get => _cursor ??= Read(_cursorAt);
        init => _cursor = value;
    }

    /// <summary>Id of the boot it was written in (<c>_BOOT_ID</c>), 32 hexadecimal digits.</summary>
    public string? BootId { get; init; }

    /// <summary>
    /// The id of the kind of message (<c>MESSAGE_ID</c>), 32 hexadecimal digits; systemd gives one, most programs none.
    /// </summary>
    public string? MessageId { get; init; }

    /// <summary>Name of the environment whose journal it is from; null for that of this machine, and for text.</summary>
    public string? Environment { get; internal set; }

    /// <summary>
    /// All fields by name. A value is a string, a <c>byte[]</c> for content that is not printable text, null for one
    /// that journalctl left out as too long, or an array of these for a field that occurs more than once. A line of
    /// text has at most <c>MESSAGE</c>, <c>SYSLOG_IDENTIFIER</c>, <c>_PID</c> and <c>_HOSTNAME</c>.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Fields =>
        _fields ??= _json is null ? ShownFields() : JournalParser.ReadFields(_json);

    /// <summary>Level of logrus text; null for any other message.</summary>
    public LogrusLevel? Level => Logrus?.Level;

    /// <summary>Time that logrus text names: whole seconds in most versions; null for any other message.</summary>
    public DateTimeOffset? LogTime => Logrus?.Time;

    /// <summary>Message of logrus text (<c>msg=</c>), unquoted; null for any other message.</summary>
    public string? LogMessage => Logrus?.Message;

    /// <summary>
    /// The other values of logrus text: strings, arrays for <c>[a b]</c>, dictionaries for <c>map[a:b]</c>; empty for
    /// any other message.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Attributes => Logrus?.Attributes ?? NoAttributes;

    private LogrusText? Logrus
    {
        get
        {
            _logrus ??= new LogrusProbe(LogrusText.TryParse(Message, out var parsed) ? parsed : null);
            return _logrus.Result;
        }
    }

    /// <summary>Identifier, process id and message, as journalctl's short form has them.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        Identifier is null ? $"{Message}" : Pid is null ? $"{Identifier}: {Message}" : $"{Identifier}[{Pid}]: {Message}";

    private string? Read(Range at) => _json is null || at.Equals(default) ? null : JournalParser.ReadText(_json.AsSpan(at));

    private ReadOnlyDictionary<string, object?> ShownFields()
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add("MESSAGE", Message);
        Add("SYSLOG_IDENTIFIER", Identifier);
        Add("_PID", Pid?.ToString(CultureInfo.InvariantCulture));
        Add("_HOSTNAME", Host);
        return fields.AsReadOnly();

        void Add(string name, string? value)
        {
            if (value is not null)
                fields.Add(name, value);
        }
    }

    private sealed record LogrusProbe(LogrusText? Result);
}
