using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>One line of progress that is always completed, at most ten updates a second.</summary>
internal sealed class ProgressLine(CmdletOutput output, string activity) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static int s_lastId;

    private readonly int _id = Interlocked.Increment(ref s_lastId);
    private long _shown;

    public void Show(string status, int? percent = null, bool always = false)
    {
        if (!always && _shown != 0 && System.Diagnostics.Stopwatch.GetElapsedTime(_shown) < Interval)
            return;
        _shown = System.Diagnostics.Stopwatch.GetTimestamp();
        output.Progress(new ProgressRecord(_id, activity, Text(status)) { PercentComplete = percent ?? -1 });
    }

    public void Dispose() =>
        output.Progress(new ProgressRecord(_id, activity, "done") { RecordType = ProgressRecordType.Completed });

    /// <summary>A progress record refuses an empty status.</summary>
    private static string Text(string status) =>
        string.IsNullOrWhiteSpace(status) ? "…" : TerminalText.Neutralize(status.Trim());
}
