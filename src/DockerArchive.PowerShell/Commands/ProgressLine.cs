using System.Diagnostics;
using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>One line of progress that is always completed, at most ten updates a second.</summary>
internal sealed class ProgressLine(CmdletOutput output, string activity) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static int _lastId;

    private readonly int _id = Interlocked.Increment(ref _lastId);
    private long _shown;

    public void Show(string status, int? percent = null, bool always = false)
    {
        if (always || IsDue())
            Write(status, percent);
    }

    /// <summary>For a status that costs something to tell: it is asked only when it will be shown.</summary>
    public void Show(Func<(string Status, int? Percent)> describe)
    {
        if (!IsDue())
            return;
        var (status, percent) = describe();
        Write(status, percent);
    }

    public void Dispose() =>
        output.Progress(new ProgressRecord(_id, activity, "done") { RecordType = ProgressRecordType.Completed });

    private bool IsDue() => _shown == 0 || Stopwatch.GetElapsedTime(_shown) >= Interval;

    private void Write(string status, int? percent)
    {
        _shown = Stopwatch.GetTimestamp();
        output.Progress(new ProgressRecord(_id, activity, Text(status)) { PercentComplete = percent ?? -1 });
    }

    /// <summary>A progress record refuses an empty status.</summary>
    private static string Text(string status) =>
        string.IsNullOrWhiteSpace(status) ? "…" : TerminalText.Neutralize(status.Trim());
}
