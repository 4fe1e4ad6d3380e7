using System.Management.Automation;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>buildctl ran and reported a failure. The result tells all that is known of it.</summary>
public sealed class BuildFailedException : ArchiveException
{
    internal BuildFailedException(BuildResult result, RemoteExit exit)
        : base("BuildFailed", ErrorCategory.InvalidResult, result, Text(result, exit)) => Result = result;

    /// <summary>What came of the build, with its steps and their logs.</summary>
    public BuildResult Result { get; }

    private static string Text(BuildResult result, RemoteExit exit)
    {
        var how = exit.Signal is null ? $"exit code {exit.Code}" : $"signal {exit.Signal}";
        var step = result.Error?.Step is { } failed ? $"step {failed}: " : "";
        var message = result.Error?.Message ?? "buildctl gave no reason";
        return TerminalText.Neutralize($"The build in '{result.Environment}' failed ({how}): {step}{message}");
    }
}
