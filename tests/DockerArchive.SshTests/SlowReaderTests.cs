namespace DockerArchive.SshTests;

/// <summary>A reader that does not read makes the guest wait, and nothing grows here meanwhile.</summary>
[Collection(nameof(Alone))]
public sealed class SlowReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_stops_stops_the_writer()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = new TaskCompletionSource();
        var resume = new TaskCompletionSource();
        long received = 0;
        var running = guest.RunAsync(
            new RemoteCommand("head -c 1000000000 /dev/zero")
            {
                Stdout = async bytes =>
                {
                    received += bytes.Length;
                    first.TrySetResult();
                    await resume.Task;
                },
            },
            stop.Token);
        await first.Task.WaitAsync(Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        resume.SetResult();
        var exit = await running;

        Assert.Equal((0, 1_000_000_000), (exit.Code, received));
        Assert.InRange(grown, long.MinValue, 8 * 1024 * 1024);
    }
}

/// <summary>Memory can be measured only while nothing else runs.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
