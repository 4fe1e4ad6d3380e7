using System.Diagnostics;
using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>
/// One line of progress, at most ten updates a second. It is completed when it is disposed of, if it was shown at all.
/// </summary>
/// <param name="write">Hands a record to the pipeline thread, or is on it.</param>
/// <param name="activity">What is going on; text from elsewhere is neutralised.</param>
/// <param name="parent">The line under which this one stands.</param>
internal sealed class ProgressLine(Action<ProgressRecord> write, string activity, ProgressLine? parent = null) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static int _lastId;

    private readonly int _id = Interlocked.Increment(ref _lastId);
    private readonly string _activity = Text(activity);
    private readonly int _parentId = parent?._id ?? -1;
    private long _shown;
    private (string Status, int? Percent) _last;

    public void Show(string status, int? percent = null, bool always = false)
    {
        if (always || _shown == 0 || Stopwatch.GetElapsedTime(_shown) >= Interval)
            Write((status, percent));
    }

    /// <summary>For an owner that keeps the pace itself: shows what differs from what is shown.</summary>
    public void Update(string status, int? percent)
    {
        if (_shown == 0 || _last != (status, percent))
            Write((status, percent));
    }

    public void Dispose()
    {
        if (_shown == 0)
            return;
        _shown = 0;
        write(Record("done", null, ProgressRecordType.Completed));
    }

    private void Write((string Status, int? Percent) state)
    {
        _shown = Stopwatch.GetTimestamp();
        _last = state;
        write(Record(state.Status, state.Percent, ProgressRecordType.Processing));
    }

    private ProgressRecord Record(string status, int? percent, ProgressRecordType type) => new(_id, _activity, Text(status))
    {
        ParentActivityId = _parentId,
        PercentComplete = percent ?? -1,
        RecordType = type,
    };

    /// <summary>A progress record refuses empty text.</summary>
    private static string Text(string text) =>
        string.IsNullOrWhiteSpace(text) ? "…" : TerminalText.Neutralize(text.Trim());
}
