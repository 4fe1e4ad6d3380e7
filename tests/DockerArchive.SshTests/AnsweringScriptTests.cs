using System.Globalization;

namespace DockerArchive.SshTests;

/// <summary>Scripts that wait in the guest for the next question.</summary>
public sealed class AnsweringScriptTests
{
    private const string End = "\ndone\n";

    /// <summary>Answers with its process id, the question, and the end.</summary>
    private const string Script = "while read -r line; do printf '%s %s\\n\\ndone\\n' $$ \"$line\"; [ \"$line\" != hang ] || exec sleep 300; done";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_process_answers_every_question()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();

        var (process, first) = await AskAsync(guest, "one");
        var (same, second) = await AskAsync(guest, "two");

        Assert.Equal(("one", "two", process), (first, second, same));
    }

    [Fact]
    public async Task Questions_at_the_same_time_are_answered_at_the_same_time()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        const string slow = "while read -r line; do sleep 1; printf '%s %s\\n\\ndone\\n' $$ \"$line\"; done";

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => AskAsync(guest, $"{i}", slow)));

        Assert.Equal(["0", "1", "2", "3", "4"], answers.Select(answer => answer.Line));
        Assert.Equal(5, answers.Select(answer => answer.Process).Distinct().Count());
    }

    [Fact]
    public async Task A_question_that_is_given_up_ends_the_script_and_the_next_has_another()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();
        var (process, _) = await AskAsync(guest, "one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guest.AskAsync(Script, "hang\n", "never", stop.Token));

        Assert.DoesNotContain(Cli.Processes(), p => p.Id == process);
        Assert.NotEqual(process, (await AskAsync(guest, "two")).Process);
    }

    [Fact]
    public async Task A_script_that_ends_gives_what_it_has_said_and_the_next_question_has_another()
    {
        using var sshd = new LoopbackSshd();
        using var guest = await sshd.ConnectAsync();

        var answer = await guest.AskAsync("read -r line; echo \"half $line\"; echo why >&2; exit 3", "one\n", End, Token);
        Assert.Equal(("half one\n", "why\n", 3), (answer.StdoutText, answer.StderrText, answer.Exit.Code));

        Assert.Equal("two", (await AskAsync(guest, "two")).Line);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_script_that_waits_takes_no_session_from_a_command(int sessions)
    {
        using var sshd = new LoopbackSshd($"MaxSessions {sessions}");
        using var guest = await sshd.ConnectAsync();

        foreach (var i in Enumerable.Range(0, 3))
        {
            Assert.Equal($"{i}", (await AskAsync(guest, $"{i}")).Line);
            var commands = Enumerable.Range(0, 3).Select(n => guest.RunAsync($"echo {n}; sleep 0.2", Token));
            var outputs = await Task.WhenAll(commands).WaitAsync(TimeSpan.FromSeconds(30), Token);
            Assert.Equal(["0\n", "1\n", "2\n"], outputs.Select(o => o.StdoutText));
        }
    }

    [Fact]
    public async Task A_script_that_answers_takes_no_session_afterwards_from_a_command_that_waits()
    {
        using var sshd = new LoopbackSshd("MaxSessions 2");
        using var guest = await sshd.ConnectAsync();
        await guest.RunAsync("true", Token);

        var asking = AskAsync(guest, "one", "while read -r line; do sleep 1; printf '%s %s\\n\\ndone\\n' $$ \"$line\"; done");
        await Task.Delay(TimeSpan.FromMilliseconds(500), Token);
        var command = guest.RunAsync("echo here", Token);

        Assert.Equal("one", (await asking).Line);
        Assert.Equal("here\n", (await command.WaitAsync(TimeSpan.FromSeconds(30), Token)).StdoutText);
    }

    [Fact]
    public async Task A_script_ends_with_its_connection()
    {
        using var sshd = new LoopbackSshd();
        var guest = await sshd.ConnectAsync();
        var mark = CommandTests.Mark();
        await AskAsync(guest, "one", $": {mark}; {Script}");
        Assert.NotEmpty(await Cli.LeftAsync(mark, TimeSpan.Zero));

        guest.Dispose();

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_connection_that_broke_while_a_script_waited_is_opened_again()
    {
        using var sshd = new LoopbackSshd();
        using var relay = new CountingRelay(sshd.Port);
        var endpoint = sshd.Endpoint with { Port = relay.Port };
        var shared = await GuestConnections.GetAsync(endpoint, Token);
        await AskAsync(shared, "one");
        relay.CutUnnoticed();

        Assert.Equal("two", (await AskAsync(shared, "two")).Line);
        GuestConnections.Close(endpoint.ContainerId);
    }

    private static async Task<(int Process, string Line)> AskAsync(GuestConnection guest, string question, string script = Script)
    {
        var answer = await guest.AskAsync(script, question + "\n", End, Token);
        Assert.EndsWith(End, answer.StdoutText, StringComparison.Ordinal);
        var words = answer.StdoutText[..^End.Length].Trim().Split(' ');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), words[1]);
    }
}
