using System.Management.Automation;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>The progress of one start: a line for the ladder, and under it one for each layer that is being fetched.</summary>
internal sealed class StartProgress : IDisposable
{
    private readonly string _project;
    private readonly ProgressLine _line;
    private readonly LayerProgress _layers;
    private readonly object _writing = new();

    public StartProgress(Action<ProgressRecord> write, string project, string verb = "Starting")
    {
        _project = project;
        _line = new ProgressLine(write, $"{verb} {project}");
        _layers = new LayerProgress(write, _line, "pulling");
    }

    public void Show(string machine, InstanceState rung, string text)
    {
        lock (_writing)
        {
            _layers.End();
            _line.Show(
                $"{(machine == _project ? "" : $"{machine}: ")}{rung}: {text}", PercentBefore(rung), always: rung > InstanceState.Created);
        }
    }

    public void Show(ImageStep step)
    {
        lock (_writing)
            _layers.Show(step);
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _layers.End();
            _line.Dispose();
        }
    }

    /// <summary>Rough share of the way that lies before a rung; booting is most of it.</summary>
    private static int PercentBefore(InstanceState rung) => rung switch
    {
        InstanceState.Created => 0,
        InstanceState.SshReady => 10,
        InstanceState.ServiceReady => 85,
        _ => 5,
    };
}
