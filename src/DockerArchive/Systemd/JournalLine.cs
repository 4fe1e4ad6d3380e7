using System.Globalization;
using System.Text;

namespace DockerArchive.Systemd;

/// <summary>
/// The first line of an entry in journalctl's short forms (systemd 229 to 257) and in syslog files: time, host,
/// identifier, process id, message. Of a log whose lines start with a time alone (<c>docker logs -t</c>), all behind the
/// time is the message.
/// </summary>
internal sealed record JournalLine
{
    private const int LongestIdentifier = 256;

    private string? _prefix;

    public PrintedTime Time { get; private init; }

    public string? Host { get; private init; }

    public string? Identifier { get; private init; }

    /// <summary>The unit that wrote the entry, which <c>-o with-unit</c> prints in the identifier's place.</summary>
    public string? Unit { get; private init; }

    public int? Pid { get; private init; }

    public required string Message { get; init; }

    /// <summary>
    /// How many blanks journalctl puts before the next lines of a message: it counts the bytes before the first. Null
    /// for a line that is not journalctl's.
    /// </summary>
    public int? Indentation => _prefix is null ? null : Encoding.UTF8.GetByteCount(_prefix);

    /// <summary>Reads a line; null when it does not start with a time.</summary>
    public static JournalLine? Parse(string line)
    {
        var rest = line.AsSpan();
        if (!PrintedTime.TryRead(ref rest, out var time))
            return null;
        var hostEnd = rest.IndexOf(' ');
        var host = hostEnd > 0 && rest[hostEnd - 1] != ':' ? rest[..hostEnd] : [];
        var named = host.IsEmpty ? rest : rest[(hostEnd + 1)..];
        var colon = Colon(named);
        if (colon <= 0 || time.IsDocker || rest.StartsWith("time=\"") || rest.StartsWith("level="))
            return new JournalLine { Time = time, Message = rest.ToString() };

        var (name, pid) = SplitPid(named[..colon]);
        var isUnit = time.HasYear && UnitName.IsComplete(name);
        var message = named[Math.Min(colon + 2, named.Length)..];
        return new JournalLine
        {
            Time = time,
            Host = host.IsEmpty ? null : host.ToString(),
            Identifier = isUnit ? null : name,
            Unit = isUnit ? name : null,
            Pid = pid,
            Message = message.ToString(),
            _prefix = line[..^message.Length],
        };
    }

    // Identifiers may hold blanks, and single colons: it is ": " that ends them.
    private static int Colon(ReadOnlySpan<char> text)
    {
        var within = text[..Math.Min(text.Length, LongestIdentifier)];
        var colon = within.IndexOf(": ");
        return colon >= 0 ? colon : within.Length == text.Length && text.EndsWith(":") ? text.Length - 1 : -1;
    }

    private static (string Name, int? Pid) SplitPid(ReadOnlySpan<char> text)
    {
        var open = text.LastIndexOf('[');
        var parsed = int.TryParse(
            open > 0 && text[^1] == ']' ? text[(open + 1)..^1] : [],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var pid);
        return parsed ? (text[..open].ToString(), pid) : (text.ToString(), null);
    }
}
