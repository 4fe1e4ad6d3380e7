namespace DockerArchive.Systemd;

/// <summary>A line of <c>systemctl status</c>, such as <c>Tasks: 10 (limit: 2335)</c>.</summary>
/// <param name="Label">What is before the colon; of a further line of the same value, the same again.</param>
/// <param name="Value">The rest.</param>
internal readonly record struct StatusRow(string Label, string Value)
{
    // Values start in column 13, before systemd 246 in column 11, and so do their further lines.
    private const int LeastIndentation = 11;

    // All that print_status_info of systemctl prints in some version, but only these are read: the others end a value.
    private static readonly string[] Labels =
    [
        "Loaded", "Active", "Docs", "Main PID", "Tasks", "Memory", "CPU", "CGroup", "Process", "Drop-In", "Duration",
        "Invocation", "TriggeredBy", "Triggers", "Trigger", "Listen", "Accepted", "Status", "Mem peak", "Follow",
        "Follows", "Transient", "Until", "Job", "Condition", "Assert", "Device", "Where", "What", "Cntrl PID",
        "Control", "Error", "Act. Units", "IP", "IO", "FD Store",
    ];

    /// <summary>Reads a line that starts with a label; null for any other.</summary>
    public static StatusRow? Read(string line)
    {
        var text = line.AsSpan().TrimStart();
        foreach (var label in Labels)
        {
            if (text.Length > label.Length && text[label.Length] == ':' && text.StartsWith(label) &&
                (text.Length == label.Length + 1 || text[label.Length + 1] == ' '))
                return new StatusRow(label, text[(label.Length + 1)..].TrimStart().ToString());
        }

        return null;
    }

    /// <summary>Whether a line is indented as far as values are, or is of a tree that has lost its indentation.</summary>
    public static bool IsContinued(string line)
    {
        var text = line.AsSpan().TrimStart();
        return line.Length - text.Length >= LeastIndentation || text.StartsWith("├") || text.StartsWith("└") ||
            text.StartsWith("│");
    }
}
