namespace DockerArchive.Ssh;

/// <summary>A terminal in the guest with a command or the login shell in it. Disposing of it hangs up.</summary>
internal sealed class RemoteTerminal(GuestConnection.ChannelLease lease, Func<Exception, Exception> lost) : IDisposable
{
    private int _isDisposed;

    /// <summary>Hands everything the terminal shows to <paramref name="show"/>, in order, to the end.</summary>
    /// <returns>How what ran in the terminal ended.</returns>
    /// <exception cref="GuestConnectionLostException">The connection broke.</exception>
    public async Task<RemoteExit> ReadToEndAsync(Func<ReadOnlyMemory<byte>, ValueTask> show)
    {
        RemoteExit exit;
        try
        {
            await lease.Channel.Stdout.ReadToEndAsync(show);
            exit = await lease.Channel.Completion;
        }
        catch (Exception e) when (GuestConnection.IsLoss(e))
        {
            throw lost(e);
        }

        // A guest that goes down closes its channels in good order, but does not say how anything ended.
        return exit == RemoteExit.Unknown ? throw lost(new EndOfStreamException("It ended without an exit code.")) : exit;
    }

    /// <summary>Types. What comes after the end is dropped.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        lease.Channel.WriteAsync(bytes, cancellation);

    /// <summary>Tells the guest that the terminal has another size; without effect once it has ended.</summary>
    public void Resize(TerminalSize size)
    {
        try
        {
            lease.Channel.Resize(size);
        }
        catch (Exception e) when (GuestConnection.IsLoss(e) || e is InvalidOperationException)
        {
            // Who reads the terminal learns of its end.
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            lease.Dispose();
    }
}
