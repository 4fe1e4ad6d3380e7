using System.Management.Automation;
using DockerArchive.Buildkit;

namespace DockerArchive.Docker;

/// <summary>The engine could not build an image (ErrorId <c>ImageBuildFailed</c>).</summary>
public sealed class ImageBuildException : ArchiveException
{
    private const int ShownLines = 30;

    internal ImageBuildException(string reference, string error, ImageBuildOutput output)
        : base(
            "ImageBuildFailed",
            ErrorCategory.InvalidResult,
            reference,
            Text(reference, error.Trim(), output.Steps.LastOrDefault(s => s.State == BuildStepState.Failed))) =>
        Steps = output.Steps;

    /// <summary>The steps as far as they came, with their logs.</summary>
    public IReadOnlyList<BuildStep> Steps { get; }

    private static string Text(string reference, string error, BuildStep? failed)
    {
        var remedy = error.Contains("pull access denied", StringComparison.Ordinal)
            || error.Contains("manifest unknown", StringComparison.Ordinal)
            || error.Contains("failed to do request", StringComparison.Ordinal)
            || error.Contains("dial tcp", StringComparison.Ordinal)
            || error.Contains("no such host", StringComparison.Ordinal)
            ? " A base image could not be pulled: give another with -BuildArg @{ BASE = '…' }, or make one with dqd/import-base.sh."
            : "";
        var log = failed is null ? [] : failed.Log.TakeLast(ShownLines).Select(line => line.Text).Prepend(failed.ToString());
        return string.Join('\n', $"Building {reference} failed: {error}.{remedy}".Split('\n').Concat(log).Select(TerminalText.Neutralize));
    }
}
