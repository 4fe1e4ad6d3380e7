using System.Text;

namespace DockerArchive.SshTests;

/// <summary>What goes wrong underneath a command is an error within seconds, and leaves nothing behind.</summary>
public sealed class FaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_sshd_is_an_error_and_its_command_is_ended()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        var mark = CommandTests.Mark();
        var (running, started) = Run(guest, $"echo up; sleep {mark}");
        await started;

        sshd.Kill();
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => running.WaitAsync(TimeSpan.FromSeconds(30), Token));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
        Assert.False(guest.IsAlive);
    }

    [Fact]
    public async Task A_command_that_ignores_signals_is_ended_with_its_connection()
    {
        using var sshd = new LoopbackSshd();
        var mark = CommandTests.Mark();
        using (var guest = await sshd.ConnectAsync())
        {
            var (running, started) = Run(guest, $"trap '' INT TERM HUP; echo up; while :; do sleep {mark}; done");
            await started;
            guest.Dispose();
            await Assert.ThrowsAsync<GuestConnectionLostException>(() => running);
        }

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_process_that_ends_without_a_word_leaves_nothing_in_the_guest()
    {
        using var sshd = new LoopbackSshd();
        var mark = CommandTests.Mark();
        using var guest = await sshd.ConnectAsync();
        var (running, started) = Run(guest, $"echo up; setsid sleep {mark} & sleep {mark}");
        await started;

        // The socket goes as it does with a process that is killed: no goodbye, no channel closed.
        guest.Abort();
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => running);

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_shared_connection_that_the_next_command_finds_broken_is_opened_again()
    {
        using var sshd = new LoopbackSshd();
        using var relay = new CountingRelay(sshd.Port);
        var endpoint = sshd.Endpoint with { Port = relay.Port };
        var shared = await GuestConnections.GetAsync(endpoint, Token);
        await shared.RunAsync("true", Token);
        relay.CutUnnoticed();

        Assert.True(shared.IsAlive);
        Assert.Equal("again\n", (await shared.RunAsync("echo again", Token)).StdoutText);
        Assert.NotSame(shared, await GuestConnections.GetAsync(endpoint, Token));
        GuestConnections.Close(endpoint.ContainerId);

        using var own = await GuestConnection.OpenAsync(endpoint, TimeSpan.FromSeconds(20), Token);
        relay.CutUnnoticed();
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => own.RunAsync("echo again", Token));
    }

    [Fact]
    public async Task Ten_thousand_hostile_strings_come_back_from_sh_as_they_were()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        var random = new Random(4);
        var words = Enumerable.Range(0, 10_000).Select(_ => Hostile(random)).ToArray();

        foreach (var batch in words.Chunk(500))
        {
            var output = await guest.RunAsync($"printf '%s\\0' {ShellWord.Join(batch)}", Token);

            Assert.Equal(0, output.Exit.Code);
            Assert.Equal(batch, Encoding.UTF8.GetString(output.Stdout).Split('\0')[..^1]);
        }
    }

    /// <summary>Any characters but NUL: of one byte mostly, with what shells care for more often than by chance.</summary>
    private static string Hostile(Random random)
    {
        const string Special = "'\"\\$`!*?[]{}()<>|&;#~=%^ \t\n\r\u0001\u007f\u0080\u00ff\u2028é漢-";
        var text = new StringBuilder();
        for (var length = random.Next(0, 40); length > 0; length--)
            text.Append(random.Next(3) == 0 ? Special[random.Next(Special.Length)] : (char)random.Next(1, 256));
        return random.Next(10) == 0 ? text.Append("🐳").ToString() : text.ToString();
    }

    /// <summary>Begins a command, and tells when it has printed something.</summary>
    internal static (Task<RemoteExit> Running, Task Started) Run(
        GuestConnection guest, string script, Func<Stream, CancellationToken, Task>? stdin = null, CancellationToken? cancellation = null)
    {
        var started = new TaskCompletionSource();
        var running = guest.RunAsync(
            new RemoteCommand(script)
            {
                Stdin = stdin,
                Stdout = _ =>
                {
                    started.TrySetResult();
                    return default;
                },
            },
            cancellation ?? Token);
        return (running, Task.WhenAny(started.Task, running));
    }
}
