using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>The progress of one start: a line for the ladder, and under it one for each layer that is being fetched.</summary>
internal sealed class StartProgress(Action<ProgressRecord> write, string project, string verb = "Starting") : IDisposable
{
    private readonly ProgressLine _line = new(write, $"{verb} {project}");
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly object _writing = new();

    public void Show(string machine, InstanceState rung, string text)
    {
        lock (_writing)
        {
            EndLayers();
            _line.Show(
                $"{(machine == project ? "" : $"{machine}: ")}{rung}: {text}", PercentBefore(rung), always: rung > InstanceState.Created);
        }
    }

    public void Show(PullStep step)
    {
        lock (_writing)
        {
            if (step.Layer is null || step.Status.StartsWith("Pulling from", StringComparison.Ordinal))
            {
                _line.Show($"{step.Image}: {step.Status}");
                return;
            }

            if (!_layers.TryGetValue(step.Layer, out var layer))
                _layers.Add(step.Layer, layer = new Layer(new ProgressLine(write, step.Layer, _line)));
            layer.Take(step);
            long done = _layers.Values.Sum(l => l.Done), total = _layers.Values.Sum(l => l.Total);
            _line.Show(
                $"pulling {step.Image}: {ByteSize.Text(done)} of {ByteSize.Text(total)}, {_layers.Values.Count(l => l.IsComplete)} of {_layers.Count} layers",
                total == 0 ? null : (int)(done * 100 / total));
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            EndLayers();
            _line.Dispose();
        }
    }

    private void EndLayers()
    {
        foreach (var layer in _layers.Values)
            layer.End();
        _layers.Clear();
    }

    /// <summary>Rough share of the way that lies before a rung; booting is most of it.</summary>
    private static int PercentBefore(InstanceState rung) => rung switch
    {
        InstanceState.Created => 0,
        InstanceState.SshReady => 10,
        InstanceState.ServiceReady => 85,
        _ => 5,
    };

    private sealed class Layer(ProgressLine line)
    {
        public long Done { get; private set; }

        public long Total { get; private set; }

        public bool IsComplete { get; private set; }

        public void Take(PullStep step)
        {
            // Unpacking counts the same bytes again.
            if (step is { Status: "Downloading", Current: { } current, Total: { } total })
                (Done, Total) = (current, Math.Max(total, current));
            if (step.Status is "Download complete" or "Pull complete")
                Done = Total;
            IsComplete |= step.Status is "Pull complete" or "Already exists";
            if (IsComplete)
                End();
            else
                line.Show(step.Status, step is { Current: { } part, Total: > 0 } ? (int)(part * 100 / step.Total) : null);
        }

        public void End() => line.Dispose();
    }
}
