namespace DockerArchive.Systemd;

/// <summary>A command of a unit that ended, from a line <c>Process:</c> of <c>systemctl status</c>.</summary>
public sealed record UnitCommand
{
    /// <summary>Process id it had.</summary>
    public required int Pid { get; init; }

    /// <summary>The setting of the unit file that has it: <c>ExecStartPre</c>, <c>ExecStart</c>.</summary>
    public required string Setting { get; init; }

    /// <summary>The command line, arguments joined by blanks.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Its exit code; null when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal that ended it; null otherwise.</summary>
    public int? Signal { get; init; }

    /// <summary>Name of <see cref="Signal"/>, such as <c>SIGKILL</c>.</summary>
    public string? SignalName => LinuxSignal.Name(Signal);

    /// <summary>Whether the signal left a core dump.</summary>
    public bool CoreDumped { get; init; }
}
