namespace DockerArchive.SshTests;

/// <summary>A link that says nothing any more is an error within seconds, and holds nobody up.</summary>
public sealed class DeadLinkTests : IDisposable
{
    private readonly NetworkNamespace _network;
    private readonly LoopbackSshd _sshd;

    public DeadLinkTests()
    {
        Assert.SkipUnless(NetworkNamespace.IsPossible, "needs root and iproute2 (apt-get install iproute2)");
        _network = new NetworkNamespace();
        _sshd = new LoopbackSshd(_network);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sshd.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task A_link_that_drops_packets_is_an_error_within_seconds()
    {
        using var guest = await _sshd.ConnectAsync();
        var mark = CommandTests.Mark();
        var (running, started) = FaultTests.Run(guest, $"echo up; sleep {mark}");
        var (writing, writingStarted) = FaultTests.Run(guest, "echo up; cat >/dev/null", WriteForeverAsync);
        await started;
        await writingStarted;

        _network.DropPackets();
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => running.WaitAsync(TimeSpan.FromSeconds(60), Token));
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => writing.WaitAsync(TimeSpan.FromSeconds(60), Token));

        Assert.False(guest.IsAlive);
    }

    [Fact]
    public async Task Cancelling_on_a_dead_link_does_not_hang()
    {
        using var guest = await _sshd.ConnectAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (running, started) = FaultTests.Run(guest, "echo up; sleep 1000", null, stop.Token);
        await started;

        _network.DropPackets();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => running.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.True(running.IsCompleted);
    }

    [Fact]
    public async Task Closing_a_dead_link_that_somebody_sends_on_does_not_hang()
    {
        var guest = await _sshd.ConnectAsync();
        var (writing, started) = FaultTests.Run(guest, "echo up; cat >/dev/null", WriteForeverAsync);
        await started;
        _network.DropPackets();

        // Until the send buffer is full and the writer waits in it, with SSH.NET's lock held.
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        await Task.Run(guest.Dispose, Token).WaitAsync(TimeSpan.FromSeconds(30), Token);

        await Assert.ThrowsAsync<GuestConnectionLostException>(() => writing.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task Connecting_over_a_dead_link_gives_up_and_can_be_cancelled()
    {
        _network.DropPackets();

        await Assert.ThrowsAsync<GuestUnreachableException>(
            () => GuestConnection.OpenAsync(_sshd.Endpoint, TimeSpan.FromSeconds(2), Token));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => GuestConnection.OpenAsync(_sshd.Endpoint, Timeout.InfiniteTimeSpan, stop.Token).WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    private static async Task WriteForeverAsync(Stream stream, CancellationToken token)
    {
        while (true)
            await stream.WriteAsync(new byte[100_000], token);
    }
}
