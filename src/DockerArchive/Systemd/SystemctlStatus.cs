namespace DockerArchive.Systemd;

/// <summary>
/// Reads the text of <c>systemctl status</c> (systemd 229 to 257) wherever it was pasted: between prompts and other
/// output, in Markdown, quoted, indented, coloured, cut by a pager or broken by a terminal. Where systemctl itself can
/// be asked, ask <see cref="SystemctlShow"/>.
/// </summary>
public static class SystemctlStatus
{
    /// <summary>
    /// Reads the units that the text shows. A value that the text does not have whole is null; no input throws.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="zone">
    /// The zone that it was printed in, for times whose zone is an abbreviation such as <c>CEST</c>: without it such a
    /// time is null, and those of the unit's journal are marked as not certain.
    /// </param>
    /// <param name="now">
    /// When it was printed, the present if null. The journal names no years: they are reckoned from the unit's line
    /// <c>Active:</c>, and from this where that names no time.
    /// </param>
    /// <returns>The units, in the order of the text.</returns>
    public static IReadOnlyList<SystemdStatus> Parse(string text, TimeZoneInfo? zone = null, DateTimeOffset? now = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = Array.ConvertAll(text.Split('\n'), TerminalText.Strip);
        var statuses = new List<SystemdStatus>();
        var position = 0;
        while (position < lines.Length)
        {
            if (StatusHeader.Find(lines, position) is not { } header)
            {
                position++;
                continue;
            }

            var block = new StatusBlock(header);
            position = block.Read(lines, position + 1);
            statuses.Add(block.ToStatus(zone, now ?? DateTimeOffset.UtcNow));
        }

        return statuses.ToArray();
    }
}
