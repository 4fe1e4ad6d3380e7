using System.Management.Automation;
using DockerArchive.Ssh;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>
/// buildctl ran and reported a failure (ErrorId <c>BuildFailed</c>), because the daemon was restarted or ended meanwhile if
/// that is so (<c>BuildInterrupted</c>). The result tells all that is known of it.
/// </summary>
public sealed class BuildFailedException : ArchiveException
{
    internal BuildFailedException(BuildResult result, RemoteExit exit, SystemdUnit? interruption)
        : base(
            interruption is null ? "BuildFailed" : "BuildInterrupted",
            interruption is null ? ErrorCategory.InvalidResult : ErrorCategory.ResourceUnavailable,
            result,
            TerminalText.Neutralize(Text(result, exit)) + (interruption is null ? "" : Text(interruption)))
    {
        Result = result;
        Interruption = interruption;
    }

    /// <summary>What came of the build, with its steps and their logs.</summary>
    public BuildResult Result { get; }

    /// <summary>The daemon's unit, if another process or none runs in it than when the build began; null otherwise.</summary>
    public SystemdUnit? Interruption { get; }

    private static string Text(SystemdUnit unit)
    {
        var how = unit switch
        {
            { MainPid: not null } => "was restarted",
            { SignalName: { } signal } => $"was ended by {signal}",
            { ExitCode: { } code } => $"ended with exit code {code}",
            _ => "ended",
        };
        return $"\n{unit.Id} {how} while the build ran; it is {unit.ActiveState.ToString().ToLowerInvariant()} ({unit.SubState}) now.";
    }

    private static string Text(BuildResult result, RemoteExit exit)
    {
        var how = exit.Signal is null ? $"exit code {exit.Code}" : $"signal {exit.Signal}";
        var step = result.Error?.Step is { } failed ? $"step {failed}: " : "";
        var message = result.Error?.Message ?? "buildctl gave no reason";
        return $"The build in '{result.Environment}' failed ({how}): {step}{message}";
    }
}
