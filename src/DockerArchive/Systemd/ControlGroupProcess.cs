using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>One process of a unit's control group, as the tree in <c>systemctl status</c> shows it.</summary>
public sealed record ControlGroupProcess
{
    /// <summary>Process id in the guest.</summary>
    public required int Pid { get; init; }

    /// <summary>The kernel's short name of the process (<c>/proc/PID/comm</c>, at most 15 bytes).</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The command line (<c>/proc/PID/cmdline</c>), arguments joined by blanks; for a process that has none
    /// (a kernel thread, a zombie) its name in brackets, as <c>ps</c> writes it.
    /// </summary>
    public required string CommandLine { get; init; }

    /// <summary>
    /// Reads the lines that <c>GuestStatusScript</c> prints: process id, name and command line, separated by tabs.
    /// In the command line NUL, tab and newline are blanks, so a line is one process whatever it is called.
    /// A line without a process id is left out.
    /// </summary>
    /// <param name="text">The lines.</param>
    /// <returns>The processes, in the order of the lines.</returns>
    public static IReadOnlyList<ControlGroupProcess> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var processes = new List<ControlGroupProcess>();
        foreach (var line in text.Split('\n'))
        {
            if (ParseLine(line) is { } process)
                processes.Add(process);
        }

        return processes.ToArray();
    }

    private static ControlGroupProcess? ParseLine(ReadOnlySpan<char> line)
    {
        var pidEnd = line.IndexOf('\t');
        if (pidEnd < 0 || !int.TryParse(line[..pidEnd], NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return null;

        // A process chooses its own name, tabs included; the command line has none, so the last tab ends the name.
        var rest = line[(pidEnd + 1)..];
        var nameEnd = rest.LastIndexOf('\t');
        var name = nameEnd < 0 ? "" : rest[..nameEnd].ToString();
        var command = rest[(nameEnd + 1)..].Trim(' ').ToString();
        if (command.Length == 0)
            command = $"[{name}]";

        return new ControlGroupProcess { Pid = pid, Name = name.Length == 0 ? null : name, CommandLine = command };
    }
}
