using System.Text;

namespace DockerArchive.Systemd;

/// <summary>Reads the log of a daemon: see <see cref="DaemonLogReader"/> for the forms it may have.</summary>
public static class DaemonLog
{
    /// <summary>Reads the entries of a log, each as soon as the lines have come to its end.</summary>
    /// <param name="lines">The lines, without their ends.</param>
    /// <param name="zone">The zone of times that are printed without an offset; null means UTC.</param>
    /// <param name="now">When the log was printed, from which missing years are reckoned; the present if null.</param>
    /// <returns>The entries, in the order of the lines.</returns>
    public static IEnumerable<JournalEntry> Read(
        IEnumerable<string> lines, TimeZoneInfo? zone = null, DateTimeOffset? now = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return ReadEntries(lines, new DaemonLogReader(zone, now));
    }

    private static IEnumerable<JournalEntry> ReadEntries(IEnumerable<string> lines, DaemonLogReader reader)
    {
        var entries = new List<JournalEntry>();
        foreach (var line in lines)
        {
            reader.Add(Encoding.UTF8.GetBytes(line), entries);
            foreach (var entry in entries)
                yield return entry;
            entries.Clear();
        }

        reader.Complete(entries);
        foreach (var entry in entries)
            yield return entry;
    }
}
