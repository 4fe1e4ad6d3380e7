using System.Diagnostics;
using System.Text;
using DockerArchive.IntegrationTests;

namespace DockerArchive.SshTests;

/// <summary>Commands over one connection to a real sshd.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly LoopbackSshd _sshd = new();

    public void Dispose() => _sshd.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_are_separate_and_the_exit_code_comes_back()
    {
        using var guest = await _sshd.ConnectAsync();

        var output = await guest.RunAsync("echo out; echo err >&2; exit 7", Token);

        Assert.Equal(("out\n", "err\n", 7), (output.StdoutText, output.StderrText, output.Exit.Code));
    }

    [Fact]
    public async Task A_signal_that_ends_a_command_is_named()
    {
        using var guest = await _sshd.ConnectAsync();

        var output = await guest.RunAsync("kill -SEGV $$", Token);

        Assert.Equal("SEGV", output.Exit.Signal);
    }

    [Fact]
    public async Task The_command_has_its_environment_and_directory()
    {
        using var guest = await _sshd.ConnectAsync();
        var stdout = new StringBuilder();

        var exit = await guest.RunAsync(
            new RemoteCommand("echo \"$GREETING\"; pwd")
            {
                Environment = new Dictionary<string, string> { ["GREETING"] = "a 'b' $c\nd" },
                WorkingDirectory = "/usr/share",
                Stdout = Append(stdout),
            },
            Token);

        Assert.Equal((0, "a 'b' $c\nd\n/usr/share\n"), (exit.Code, stdout.ToString()));
    }

    [Fact]
    public async Task Standard_input_is_streamed_to_its_end()
    {
        using var guest = await _sshd.ConnectAsync();
        var stdout = new StringBuilder();

        await guest.RunAsync(
            new RemoteCommand("wc -c")
            {
                Stdin = async (stream, token) =>
                {
                    for (var i = 0; i < 100; i++)
                        await stream.WriteAsync(new byte[100_000], token);
                },
                Stdout = Append(stdout),
            },
            Token);

        Assert.Equal("10000000", stdout.ToString().Trim());
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_ends_all_the_same()
    {
        using var guest = await _sshd.ConnectAsync();

        var exit = await guest.RunAsync(
            new RemoteCommand("exit 3") { Stdin = (stream, token) => WriteForeverAsync(stream, token) }, Token);

        Assert.Equal(3, exit.Code);
    }

    [Fact]
    public async Task Cancelling_ends_a_command_that_heeds_INT()
    {
        using var guest = await _sshd.ConnectAsync();
        var mark = Mark();

        await CancelWhenItRunsAsync(guest, new RemoteCommand($"echo up; sleep {mark}"));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.Zero));
    }

    [Fact]
    public async Task Cancelling_ends_a_command_that_ignores_INT_and_TERM()
    {
        using var guest = await _sshd.ConnectAsync();
        var mark = Mark();

        await CancelWhenItRunsAsync(
            guest,
            new RemoteCommand($"trap '' INT TERM; echo up; while :; do sleep {mark}; done") { Grace = TimeSpan.FromSeconds(0.5) });

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Cancelling_finds_what_left_the_process_group()
    {
        using var guest = await _sshd.ConnectAsync();
        var mark = Mark();

        await CancelWhenItRunsAsync(
            guest, new RemoteCommand($"setsid sleep {mark} >/dev/null 2>&1 </dev/null & echo up; sleep {mark}"));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task The_forceful_token_kills_at_once()
    {
        using var guest = await _sshd.ConnectAsync();
        using var forceful = new CancellationTokenSource();
        var mark = Mark();
        var command = new RemoteCommand($"trap '' INT TERM; echo up; while :; do sleep {mark}; done")
        {
            Grace = TimeSpan.FromMinutes(2),
            Stdout = _ => { forceful.Cancel(); return default; },
        };
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guest.RunAsync(command, Token, forceful.Token));

        Assert.True(watch.Elapsed < command.Grace);
        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_command_whose_time_is_up_is_ended()
    {
        using var guest = await _sshd.ConnectAsync();
        var mark = Mark();

        await Assert.ThrowsAsync<TimeoutException>(
            () => guest.RunAsync(new RemoteCommand($"sleep {mark}") { TimeLimit = TimeSpan.FromSeconds(1) }, Token));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_consumer_that_fails_ends_the_command()
    {
        using var guest = await _sshd.ConnectAsync();

        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => guest.RunAsync(
                new RemoteCommand("exec yes") { Stdout = _ => throw new InvalidDataException("enough") }, Token));

        Assert.Equal("enough", failure.Message);
    }

    [Fact]
    public async Task Two_hundred_commands_share_one_connection()
    {
        using var guest = await _sshd.ConnectAsync();

        var outputs = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => guest.RunAsync($"echo {i}; exit {i % 100}", Token)));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => ($"{i}\n", i % 100)), outputs.Select(o => (o.StdoutText, o.Exit.Code)));
        Wait.Until(() => _sshd.Connections == 1, "the end of all connections but one");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_lower_MaxSessions_is_respected(int sessions)
    {
        using var sshd = new LoopbackSshd($"MaxSessions {sessions}");
        using var guest = await sshd.ConnectAsync();

        var outputs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => guest.RunAsync($"echo {i}; sleep 0.05", Token)));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}\n"), outputs.Select(o => o.StdoutText));
    }

    [Fact]
    public async Task What_a_login_profile_prints_is_no_output()
    {
        using var sshd = new LoopbackSshd("ForceCommand echo noise; eval \"$SSH_ORIGINAL_COMMAND\"");
        using var guest = await sshd.ConnectAsync();

        Assert.Equal("out\n", (await guest.RunAsync("echo out", Token)).StdoutText);
    }

    internal static string Mark() => (100_000 + Random.Shared.Next(800_000)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    internal static async Task CancelWhenItRunsAsync(GuestConnection guest, RemoteCommand command)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = guest.RunAsync(command with { Stdout = _ => { stop.Cancel(); return default; } }, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Func<ReadOnlyMemory<byte>, ValueTask> Append(StringBuilder to) => bytes =>
    {
        to.Append(Encoding.UTF8.GetString(bytes.Span));
        return default;
    };

    private static async Task WriteForeverAsync(Stream stream, CancellationToken token)
    {
        while (true)
            await stream.WriteAsync(new byte[100_000], token);
    }
}
