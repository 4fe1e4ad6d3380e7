namespace DockerArchive.Ssh;

/// <summary>A terminal in the guest with a command or the login shell in it. Disposing of it hangs up.</summary>
internal sealed class RemoteTerminal(GuestConnection.ChannelLease lease) : IDisposable
{
    /// <summary>How what runs in the terminal ended; an exception of SSH.NET's if the connection was lost.</summary>
    public Task<RemoteExit> Completion => lease.Channel.Completion;

    /// <summary>Hands everything the terminal shows to <paramref name="show"/>, in order, to the end.</summary>
    public Task ReadToEndAsync(Func<ReadOnlyMemory<byte>, ValueTask> show) => lease.Channel.Stdout.ReadToEndAsync(show);

    /// <summary>Types. What comes after the end is dropped.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        lease.Channel.WriteAsync(bytes, cancellation);

    /// <summary>Tells the guest that the terminal has another size.</summary>
    public void Resize(TerminalSize size) => lease.Channel.Resize(size);

    public void Dispose() => lease.Dispose();
}
