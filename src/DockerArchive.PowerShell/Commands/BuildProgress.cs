using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>
/// A build as lines of progress: one with how many steps are done, under it one for each step that runs with its time and
/// its latest log line, under that one for each transfer under way. It is fed and refreshed by one thread at a time.
/// </summary>
/// <param name="line">The build's own line.</param>
/// <param name="tracker">Knows the steps; it is fed the same tokens.</param>
/// <param name="write">As for <see cref="ProgressLine"/>.</param>
/// <param name="part">What stands before the number of steps in the build's own line.</param>
internal sealed class BuildProgress(ProgressLine line, BuildTracker tracker, Action<ProgressRecord> write, string part = "")
    : IBuildEventSink, IDisposable
{
    private readonly Dictionary<int, StepLines> _steps = [];
    private long _refreshed = Stopwatch.GetTimestamp();
    private (int Done, int Total) _told;

    /// <summary>It is time for a refresh.</summary>
    public bool IsDue => Stopwatch.GetElapsedTime(_refreshed) >= ProgressLine.Interval;

    public void Accept(scoped in BuildToken token)
    {
        if (token.Kind == BuildEventKind.StepLog && token.Step != BuildToken.NoStep)
            Lines(token.Step).Note(token);
    }

    public void Refresh()
    {
        _refreshed = Stopwatch.GetTimestamp();
        var total = tracker.StepCount;
        if (total == 0)
            return;
        var done = tracker.CompletedStepCount;
        // Between builds the line is somebody else's.
        if (_told != (done, total))
            line.Update(string.Create(CultureInfo.InvariantCulture, $"{part}{done}/{total} steps"), done * 100 / total);
        _told = (done, total);

        var running = tracker.RunningSteps;
        foreach (var step in running)
            Lines(step.Number).Show(step, line, write);
        foreach (var ended in _steps.Keys.Except(running.Select(step => step.Number)).ToArray())
        {
            _steps[ended].Dispose();
            _steps.Remove(ended);
        }
    }

    public void Dispose()
    {
        foreach (var lines in _steps.Values)
            lines.Dispose();
        _steps.Clear();
    }

    private StepLines Lines(int step)
    {
        if (!_steps.TryGetValue(step, out var lines))
            _steps.Add(step, lines = new StepLines());
        return lines;
    }

    /// <summary>The lines of one step.</summary>
    private sealed class StepLines : IDisposable
    {
        private readonly Dictionary<string, ProgressLine> _transfers = [];
        private readonly byte[] _log = new byte[200];
        private readonly long _since = Stopwatch.GetTimestamp();
        private int _length;
        private ProgressLine? _line;

        /// <summary>Log lines come by the million and few are shown, so the latest is kept as bytes.</summary>
        public void Note(scoped in BuildToken token)
        {
            if (!token.IsContinuation)
                _length = 0;
            var text = token.Text[..Math.Min(token.Text.Length, _log.Length - _length)];
            text.CopyTo(_log.AsSpan(_length));
            _length += text.Length;
        }

        public void Show(BuildStep step, ProgressLine parent, Action<ProgressRecord> write)
        {
            _line ??= new ProgressLine(write, step.ToString(), parent);
            var seconds = (int)Stopwatch.GetElapsedTime(_since).TotalSeconds;
            var log = TerminalText.Strip(Encoding.UTF8.GetString(_log, 0, _length)).Trim();
            _line.Update(string.Create(CultureInfo.InvariantCulture, $"{seconds} s  {log}"), null);

            var moving = step.Transfers.Where(transfer => !transfer.Done).ToDictionary(transfer => transfer.Id);
            foreach (var transfer in moving.Values)
            {
                if (!_transfers.TryGetValue(transfer.Id, out var shown))
                    _transfers.Add(transfer.Id, shown = new ProgressLine(write, transfer.Id, _line));
                var (status, percent) = Describe(transfer);
                shown.Update(status, percent);
            }

            foreach (var ended in _transfers.Keys.Except(moving.Keys).ToArray())
            {
                _transfers[ended].Dispose();
                _transfers.Remove(ended);
            }
        }

        public void Dispose()
        {
            foreach (var transfer in _transfers.Values)
                transfer.Dispose();
            _line?.Dispose();
        }

        private static (string Status, int? Percent) Describe(BuildTransfer transfer) => transfer switch
        {
            { Current: { } current, Total: > 0 and { } total } =>
                ($"{ByteSize.Text(current)} / {ByteSize.Text(total)}", (int)Math.Clamp(current * 100.0 / total, 0, 100)),
            { Current: { } current } => (ByteSize.Text(current), null),
            _ => ("", null),
        };
    }
}
