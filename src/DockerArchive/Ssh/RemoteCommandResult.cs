namespace DockerArchive.Ssh;

/// <summary>A command that ran in a guest, as <c>Invoke-ArchiveCommand -PassThru</c> gives it out.</summary>
public sealed record RemoteCommandResult
{
    /// <summary>Name of the environment; null for a session of Posh-SSH's.</summary>
    public string? Environment { get; init; }

    /// <summary>Name of the instance, or host of the session.</summary>
    public required string Instance { get; init; }

    /// <summary>The command, or the name of the script's file.</summary>
    public required string Command { get; init; }

    /// <summary>Exit code, 0 to 255; null if a signal ended the command.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Name of the signal that ended the command, without SIG, as the guest's sshd reports it; otherwise null.</summary>
    public string? Signal { get; init; }

    /// <summary>Whether the exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>From asking the guest to run the command until its end, by this machine's clock.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Standard output as text (UTF-8), with its line ends; with -MergeError also standard error, in order of arrival.</summary>
    public required string Stdout { get; init; }

    /// <summary>Standard error as text (UTF-8), with its line ends; empty with -MergeError.</summary>
    public required string Stderr { get; init; }
}
