using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace DockerArchive.Commands;

/// <summary>
/// Work of a cmdlet on the pool. What it says crosses to the pipeline thread, which calls these methods. When the
/// pipeline takes no more, the work is cancelled and its clean-up waited for.
/// </summary>
internal sealed class PipelineWork : IDisposable
{
    /// <summary>Bounds what may wait for a slow pipeline; work that produces more waits.</summary>
    private const int QueueLength = 512;

    private readonly ArchiveCmdlet _cmdlet;
    private readonly Func<Exception, ErrorRecord?> _explain;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _cancel;
    private readonly ChannelReader<Action> _said;
    private readonly Task _running;
    private ExceptionDispatchInfo? _pipeline;

    /// <param name="cmdlet">Whose work it is.</param>
    /// <param name="work">The work.</param>
    /// <param name="explain">The failures that a user can act on; null for bugs.</param>
    /// <param name="stopping">Ctrl+C.</param>
    public PipelineWork(
        ArchiveCmdlet cmdlet,
        Func<CmdletOutput, CancellationToken, Task> work,
        Func<Exception, ErrorRecord?> explain,
        CancellationToken stopping)
    {
        _cmdlet = cmdlet;
        _explain = explain;
        _stopping = stopping;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var queue = Channel.CreateBounded<Action>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        _said = queue.Reader;
        _running = Task.Run(
            async () =>
            {
                try
                {
                    await work(new CmdletOutput(cmdlet, queue.Writer), _cancel.Token);
                }
                finally
                {
                    queue.Writer.Complete();
                }
            },
            CancellationToken.None);
    }

    /// <summary>Writes what the work says until <paramref name="task"/> has completed or the work has ended.</summary>
    public void WriteUntil(Task task)
    {
        Drain();
        while (!task.IsCompleted)
        {
            var more = _said.WaitToReadAsync(CancellationToken.None).AsTask();
            if (Task.WhenAny(more, task).GetAwaiter().GetResult() == more && !more.Result)
                break;
            Drain();
        }

        if (_pipeline is not null)
            Finish();
    }

    /// <summary>Writes what the work says until it ends, and how it failed if it did.</summary>
    public void Finish()
    {
        while (_said.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            Drain();

        try
        {
            _running.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_pipeline is not null || _stopping.IsCancellationRequested)
        {
            _pipeline?.Throw();
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (_pipeline is null && _explain(e) is { } error)
        {
            _cmdlet.WriteError(error);
        }
        catch when (_pipeline is not null)
        {
            // What the pipeline threw is why the work failed.
        }

        _pipeline?.Throw();
    }

    /// <summary>Ends work that nobody waits for any more, after its clean-up.</summary>
    public void Dispose()
    {
        if (!_running.IsCompleted)
        {
            _cancel.Cancel();
            while (_said.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
                _said.TryRead(out _);
            _running.ContinueWith(static _ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
        }

        _cancel.Dispose();
    }

    private void Drain()
    {
        while (_said.TryRead(out var write))
        {
            if (_pipeline is not null)
                continue;
            try
            {
                write();
            }
            catch (Exception e)
            {
                // The pipeline takes no more. What the work still says is dropped.
                _pipeline = ExceptionDispatchInfo.Capture(e);
                _cancel.Cancel();
            }
        }
    }
}
