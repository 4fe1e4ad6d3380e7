namespace DockerArchive.Systemd;

/// <summary>
/// Lines that systemctl, journalctl and their pager put between entries, and that say nothing about a unit.
/// </summary>
internal static class JournalctlNotes
{
    private static readonly string[] Starts =
    [
        "Hint: Some lines were ellipsized",
        "Hint: You are currently not seeing messages from other users",
        "Notice: journal has been rotated",
        "Warning: Journal has been rotated",
        "Warning: journal has been rotated",
        "Warning: Some journal files were not opened due to insufficient permissions",
        "No journal files were ",
        "      Users in groups ",
        "      Pass -q to turn off this notice",
        // Explanations of journalctl -x.
        "░░",
    ];

    /// <summary>Whether a line is one of these.</summary>
    public static bool Contains(string line)
    {
        var text = line.AsSpan().TrimEnd();
        if (text is "~" or "--" or "(END)" or "...skipping..." or "ESCOD" || text.StartsWith("-- "))
            return true;
        if (text.StartsWith("lines ") && text.Length > 6 && char.IsAsciiDigit(text[6]))
            return true;
        return (text.StartsWith("Warning: ") && text.Contains("changed on disk. Run 'systemctl", StringComparison.Ordinal)) ||
            Array.Exists(Starts, start => line.StartsWith(start, StringComparison.Ordinal));
    }
}
