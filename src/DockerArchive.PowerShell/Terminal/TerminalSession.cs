using System.IO.Pipelines;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Terminal;

/// <summary>Joins the terminal of this process to one in a guest.</summary>
/// <param name="remote">The guest's terminal. It is hung up when the session ends.</param>
/// <param name="size">The size that it was opened with.</param>
/// <param name="keys">Finds the keys that are for us.</param>
internal sealed class TerminalSession(RemoteTerminal remote, TerminalSize size, EscapeKeys keys)
{
    // What is typed for a guest that takes nothing waits here, so that the keys for us are still read.
    private readonly Pipe _typed = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private volatile bool _isOver;

    /// <summary>Runs until the guest's side ends, or until the user or a token ends it.</summary>
    /// <returns>How the guest's side ended; null if the user left.</returns>
    /// <exception cref="GuestConnectionLostException">The connection broke.</exception>
    public async Task<RemoteExit?> RunAsync(CancellationToken cancellation)
    {
        using var terminal = LocalTerminal.Take();
        terminal.Resized += Resize;
        Resize();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Factory.StartNew(
            () => Read(terminal), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var typing = TypeAsync(over.Token);
        var showing = Task.Run(() => remote.ReadToEndAsync(bytes => Show(terminal, bytes)), CancellationToken.None);
        try
        {
            await Task.WhenAny(showing, reading).WaitAsync(cancellation);
            return showing.IsCompleted ? await showing : null;
        }
        finally
        {
            _isOver = true;
            terminal.Resized -= Resize;
            terminal.StopReading();
            await reading;
            await over.CancelAsync();
            remote.Dispose();
            await ((Task)showing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Not waited for: a send to a guest that hangs ends with the connection only.
            _ = typing;
        }
    }

    private void Read(LocalTerminal terminal)
    {
        while (terminal.Read() is { Length: > 0 } typed)
        {
            var goesOn = keys.Pass(typed, _typed.Writer, () => terminal.Show(Encoding.ASCII.GetBytes(keys.Help)));

            // Completes at once, as the pipe has no limit.
            _ = _typed.Writer.FlushAsync().AsTask();
            if (!goesOn)
                return;
        }
    }

    private async Task TypeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _typed.Reader.ReadAsync(cancellation);
            foreach (var segment in read.Buffer)
                await remote.WriteAsync(segment, cancellation);
            _typed.Reader.AdvanceTo(read.Buffer.End);
        }
    }

    private ValueTask Show(LocalTerminal terminal, ReadOnlyMemory<byte> bytes)
    {
        if (!_isOver)
            terminal.Show(bytes.Span);
        return ValueTask.CompletedTask;
    }

    private void Resize()
    {
        if (size == LocalTerminal.Size)
            return;
        size = LocalTerminal.Size;
        remote.Resize(size);
    }
}
