using System.Globalization;
using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

/// <summary>What journalctl's short forms tell of an entry.</summary>
internal static class JournalText
{
    /// <summary>To the second, the time of sending where there is one, and tabs as journalctl prints them.</summary>
    public static string Facts(JournalEntry entry) => Facts(entry, "yyyy-MM-dd HH:mm:ss");

    public static string PreciseFacts(JournalEntry entry) => Facts(entry, "yyyy-MM-dd HH:mm:ss.ffffff");

    /// <summary>When the program sent an entry, which is what journalctl prints, else when journald received it.</summary>
    public static DateTimeOffset Sent(JournalEntry entry) =>
        entry.Fields.GetValueOrDefault("_SOURCE_REALTIME_TIMESTAMP") is string microseconds
            ? SystemdTimestamp.FromUnixMicroseconds(ulong.Parse(microseconds, CultureInfo.InvariantCulture))!.Value
            : entry.Time;

    private static string Facts(JournalEntry entry, string format)
    {
        var time = Sent(entry).ToString(format, CultureInfo.InvariantCulture);
        return $"{time} {entry.Host} {entry.Identifier}[{entry.Pid}]: {entry.Message?.Replace("\t", "        ", StringComparison.Ordinal)}";
    }
}
