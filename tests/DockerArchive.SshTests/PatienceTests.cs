namespace DockerArchive.SshTests;

/// <summary>What only takes long is no fault.</summary>
public sealed class PatienceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_command_is_no_fault()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();

        Assert.Equal(0, (await guest.RunAsync("sleep 20", Token)).Exit.Code);
    }

    [Fact]
    public async Task A_reader_that_is_slow_is_no_fault_and_holds_up_nobody_else()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        var resume = new TaskCompletionSource();
        var first = new TaskCompletionSource();
        var slow = guest.RunAsync(
            new RemoteCommand("head -c 50000000 /dev/zero")
            {
                Stdout = async _ =>
                {
                    first.TrySetResult();
                    await resume.Task;
                },
            },
            Token);
        await first.Task.WaitAsync(Token);

        await Task.Delay(TimeSpan.FromSeconds(18), Token);
        Assert.Equal("quick\n", (await guest.RunAsync("echo quick", Token)).StdoutText);
        resume.SetResult();

        Assert.Equal(0, (await slow).Code);
    }
}
