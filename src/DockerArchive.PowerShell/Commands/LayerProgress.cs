using System.Management.Automation;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>The layers of images that are pulled or pushed: a line for each under one that counts them.</summary>
/// <param name="write">As for <see cref="ProgressLine"/>.</param>
/// <param name="line">The line that counts them.</param>
/// <param name="verb">What is done: <c>pulling</c>.</param>
internal sealed class LayerProgress(Action<ProgressRecord> write, ProgressLine line, string verb)
{
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);

    public void Show(ImageStep step)
    {
        if (step.Layer is null || step.Status.StartsWith("Pulling from", StringComparison.Ordinal))
        {
            line.Show($"{step.Image}: {step.Status}");
            return;
        }

        if (!_layers.TryGetValue(step.Layer, out var layer))
            _layers.Add(step.Layer, layer = new Layer(new ProgressLine(write, step.Layer, line)));
        layer.Take(step);
        long done = _layers.Values.Sum(l => l.Done), total = _layers.Values.Sum(l => l.Total);
        line.Show(
            $"{verb} {step.Image}: {ByteSize.Text(done)} of {ByteSize.Text(total)}, {_layers.Values.Count(l => l.IsComplete)} of {_layers.Count} layers",
            total == 0 ? null : (int)(done * 100 / total));
    }

    /// <summary>Ends the lines of the layers, as that image is done.</summary>
    public void End()
    {
        foreach (var layer in _layers.Values)
            layer.End();
        _layers.Clear();
    }

    private sealed class Layer(ProgressLine line)
    {
        public long Done { get; private set; }

        public long Total { get; private set; }

        public bool IsComplete { get; private set; }

        public void Take(ImageStep step)
        {
            // Unpacking counts the same bytes again. What is pushed is a tar, whose frame the total leaves out.
            if (step is { Status: "Downloading" or "Pushing", Current: { } current, Total: { } total })
                (Done, Total) = (current, Math.Max(total, current));
            if (step.Status is "Download complete" or "Pull complete" or "Pushed")
                Done = Total;
            IsComplete |= step.Status is "Pull complete" or "Already exists" or "Pushed" or "Layer already exists"
                || step.Status.StartsWith("Mounted from", StringComparison.Ordinal);
            if (IsComplete)
                End();
            else
                line.Show(step.Status, step is { Current: { } part, Total: { } whole and > 0 } ? (int)(Math.Min(part, whole) * 100 / whole) : null);
        }

        public void End() => line.Dispose();
    }
}
