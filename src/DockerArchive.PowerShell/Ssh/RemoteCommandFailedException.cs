using System.Management.Automation;

namespace DockerArchive.Ssh;

/// <summary>A command in a guest ended with an exit code other than 0, or by a signal.</summary>
public sealed class RemoteCommandFailedException : ArchiveException
{
    internal RemoteCommandFailedException(Guest guest, string command, RemoteExit exit)
        : base("RemoteCommandFailed", ErrorCategory.InvalidResult, guest.Title, Text(guest, command, exit))
    {
        ExitCode = exit.Signal is null ? exit.Code : null;
        Signal = exit.Signal;
    }

    /// <summary>Exit code, 1 to 255; null if a signal ended the command.</summary>
    public int? ExitCode { get; }

    /// <summary>Name of the signal that ended the command, without SIG, or null.</summary>
    public string? Signal { get; }

    private static string Text(Guest guest, string command, RemoteExit exit)
    {
        var line = command.AsSpan().Trim();
        var end = line.IndexOf('\n');
        var shown = end < 0 ? $"'{line}'" : $"'{line[..end].TrimEnd()} …'";
        var how = exit.Signal is { } signal ? $"was ended by signal {signal}" : $"ended with exit code {exit.Code}";
        return TerminalText.Neutralize($"{shown} in '{guest.Title}' {how}.");
    }
}
