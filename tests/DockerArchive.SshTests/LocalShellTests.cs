using System.Text;

namespace DockerArchive.SshTests;

/// <summary>Commands of this machine, for -Local.</summary>
public sealed class LocalShellTests
{
    private readonly LocalShell _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_outputs_and_the_exit_code_arrive()
    {
        var answer = await _shell.RunAsync("printf 'Grüße\\n'; echo why >&2; exit 7", Token);

        Assert.Equal(("Grüße\n", "why\n", 7), (answer.StdoutText, answer.StderrText, answer.Exit.Code));
    }

    [Fact]
    public async Task Input_directory_and_variables_are_the_commands()
    {
        var answer = await _shell.CollectAsync(
            new RemoteCommand("cat; pwd; echo \"$WHO\" >&2")
            {
                Stdin = async (stream, token) => await stream.WriteAsync("in\n"u8.ToArray(), token),
                WorkingDirectory = "/usr/bin",
                MergeError = true,
                Environment = new Dictionary<string, string> { ["WHO"] = "it's $me" },
            },
            Token);

        Assert.Equal(("in\n/usr/bin\nit's $me\n", ""), (answer.StdoutText, answer.StderrText));
        Assert.Equal(RemoteCommand.NoWorkingDirectory, (await _shell.CollectAsync(new RemoteCommand("true") { WorkingDirectory = "/no/such" }, Token)).Exit.Code);
    }

    [Fact]
    public async Task A_command_that_reads_nothing_ends_all_the_same()
    {
        var answer = await _shell.CollectAsync(
            new RemoteCommand("exec true")
            {
                Stdin = async (stream, token) =>
                {
                    while (true)
                        await stream.WriteAsync(new byte[4096], token);
                },
            },
            Token);

        Assert.Equal(0, answer.Exit.Code);
    }

    [Fact]
    public async Task Cancelling_ends_the_command_and_its_children()
    {
        using var cancel = new CancellationTokenSource();
        var children = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _shell.RunAsync(
            new RemoteCommand("sleep 600 & echo $! $$; wait")
            {
                Stdout = bytes =>
                {
                    children.TrySetResult(Encoding.ASCII.GetString(bytes.Span));
                    return ValueTask.CompletedTask;
                },
            },
            cancel.Token);
        var ids = (await children.Task.WaitAsync(Token)).Split(' ', StringSplitOptions.TrimEntries);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.All(ids, id => Assert.True(!Directory.Exists($"/proc/{id}") || File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Time_and_a_consumer_that_fails_end_the_command_too()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _shell.RunAsync(
            new RemoteCommand("sleep 600") { TimeLimit = TimeSpan.FromMilliseconds(200) }, Token));
        await Assert.ThrowsAsync<InvalidDataException>(() => _shell.RunAsync(
            new RemoteCommand("echo x; sleep 600") { Stdout = _ => throw new InvalidDataException() }, Token));
    }
}
