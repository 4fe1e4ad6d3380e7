using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>
/// Follows a build for its steps, the lines of progress and whoever else is to be told. The lines have a clock, as a step that is
/// silent still runs.
/// </summary>
internal sealed class BuildWatch : IBuildWatch
{
    private readonly BuildTracker _tracker;
    private readonly IBuildEventSink[] _others;
    private readonly BuildProgress _progress;
    private readonly PeriodicTimer _clock = new(ProgressLine.Interval);
    private readonly Task _showing;
    private readonly object _lock = new();

    /// <param name="line">The build's own line of progress.</param>
    /// <param name="tracker">Puts the steps together.</param>
    /// <param name="write">As for <see cref="ProgressLine"/>.</param>
    /// <param name="part">As for <see cref="BuildProgress"/>.</param>
    /// <param name="others">Who else is told, each in its turn.</param>
    public BuildWatch(ProgressLine line, BuildTracker tracker, Action<ProgressRecord> write, string part, params IBuildEventSink[] others)
    {
        _tracker = tracker;
        _others = others;
        _progress = new BuildProgress(line, tracker, write, part);
        _showing = ShowAsync();
    }

    public IReadOnlyList<BuildStep> Steps
    {
        get
        {
            lock (_lock)
                return _tracker.Steps;
        }
    }

    public void Accept(scoped in BuildToken token)
    {
        lock (_lock)
        {
            foreach (var other in _others)
                other.Accept(in token);
            _tracker.Accept(in token);
            _progress.Accept(in token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clock.Dispose();
        await _showing;
        _progress.Dispose();
    }

    private async Task ShowAsync()
    {
        while (await _clock.WaitForNextTickAsync())
        {
            lock (_lock)
                _progress.Refresh();
        }
    }
}
