namespace DockerArchive.SshTests;

/// <summary>A reader that does not read makes the guest wait, and nothing grows here meanwhile.</summary>
[Collection(nameof(Alone))]
public sealed class SlowReaderTests : IDisposable
{
    private readonly LoopbackSshd _sshd = new();

    public void Dispose() => _sshd.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_stops_stops_the_writer()
    {
        using var guest = await _sshd.ConnectAsync();

        await ReadSlowlyAsync(guest, 1_000_000_000);
    }

    [Fact]
    public async Task So_it_does_over_a_session_of_posh_ssh() =>
        await ReadSlowlyAsync(await PoshSshSession.Open(PoshSshSessionTests.OpenSession(_sshd)).ConnectAsync(Token), 200_000_000);

    private static async Task ReadSlowlyAsync(GuestConnection guest, long bytes)
    {
        var first = new TaskCompletionSource();
        var resume = new TaskCompletionSource();
        long received = 0;
        var running = guest.RunAsync(
            new RemoteCommand($"head -c {bytes} /dev/zero")
            {
                Stdout = async piece =>
                {
                    received += piece.Length;
                    first.TrySetResult();
                    await resume.Task;
                },
            },
            Token);
        await first.Task.WaitAsync(Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        resume.SetResult();

        Assert.Equal((0, bytes), ((await running).Code, received));
        Assert.InRange(grown, long.MinValue, 8 * 1024 * 1024);
    }
}

/// <summary>Memory can be measured only while nothing else runs.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
