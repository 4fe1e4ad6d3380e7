using System.Threading.Channels;

namespace DockerArchive.Commands;

/// <summary>
/// Work of a cmdlet on several things at once, while it takes more from the pipeline. What fails is an error record of
/// its own and holds up nothing else.
/// </summary>
internal sealed class ParallelWork : IDisposable
{
    private readonly Channel<Func<CmdletOutput, CancellationToken, Task>> _items =
        Channel.CreateUnbounded<Func<CmdletOutput, CancellationToken, Task>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Func<Func<CmdletOutput, CancellationToken, Task>, Func<CmdletOutput, CancellationToken, Task>> _bind;
    private readonly Func<Exception, ArchiveException?> _explain;
    private readonly SemaphoreSlim _slots;
    private readonly PipelineWork _work;

    /// <param name="start">Starts work on the pool.</param>
    /// <param name="bind">Gives work what belongs to the record of the pipeline that it is added for.</param>
    /// <param name="explain">The failures that a user can act on; null for bugs.</param>
    /// <param name="throttleLimit">How many things at once.</param>
    public ParallelWork(
        Func<Func<CmdletOutput, CancellationToken, Task>, PipelineWork> start,
        Func<Func<CmdletOutput, CancellationToken, Task>, Func<CmdletOutput, CancellationToken, Task>> bind,
        Func<Exception, ArchiveException?> explain,
        int throttleLimit)
    {
        _bind = bind;
        _explain = explain;
        _slots = new SemaphoreSlim(throttleLimit);
        _work = start(RunAsync);
    }

    /// <summary>Waits for a free slot, writing what is said meanwhile, and begins.</summary>
    public void Add(Func<CmdletOutput, CancellationToken, Task> item)
    {
        _work.WriteUntil(_slots.WaitAsync());
        _items.Writer.TryWrite(_bind(item));
        _work.WriteUntil(Task.CompletedTask);
    }

    /// <summary>Writes what is said until all is done.</summary>
    public void Finish()
    {
        _items.Writer.Complete();
        _work.Finish();
    }

    public void Dispose()
    {
        _work.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync(CmdletOutput output, CancellationToken cancellation)
    {
        var running = new List<Task>();
        try
        {
            await foreach (var item in _items.Reader.ReadAllAsync(cancellation))
                running.Add(Task.Run(() => RunAsync(item, output, cancellation), CancellationToken.None));
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(
        Func<CmdletOutput, CancellationToken, Task> item, CmdletOutput output, CancellationToken cancellation)
    {
        try
        {
            await item(output, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && _explain(e) is { } known)
        {
            await output.ErrorAsync(known.ToErrorRecord());
        }
        finally
        {
            _slots.Release();
        }
    }
}
