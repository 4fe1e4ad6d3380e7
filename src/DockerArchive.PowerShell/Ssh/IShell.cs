using System.Text;

namespace DockerArchive.Ssh;

/// <summary>Where commands run: a guest, or this machine.</summary>
internal interface IShell
{
    /// <summary>Runs a command; cancelling ends it before this returns.</summary>
    /// <param name="command">The command.</param>
    /// <param name="graceful">Ends the command with INT, then TERM, then KILL.</param>
    /// <param name="forceful">Ends the command with KILL.</param>
    /// <exception cref="TimeoutException">The command's time was up.</exception>
    Task<RemoteExit> RunAsync(RemoteCommand command, CancellationToken graceful, CancellationToken forceful = default);

    /// <summary>
    /// Lets a script answer a line of its standard input. Where starting it takes long, the script may be kept waiting for the next.
    /// </summary>
    /// <param name="script">The script; it ends when there are no more lines.</param>
    /// <param name="question">The line, with its newline.</param>
    /// <param name="end">How the answer on standard output ends.</param>
    /// <param name="cancellation">Ends the script.</param>
    /// <returns>The answer; less of it if the script ended before.</returns>
    Task<RemoteOutput> AskAsync(string script, string question, string end, CancellationToken cancellation) =>
        this.CollectAsync(
            new RemoteCommand(script)
            {
                Stdin = (stdin, stop) => stdin.WriteAsync(Encoding.UTF8.GetBytes(question), stop).AsTask(),
            },
            cancellation);
}

/// <summary>Ways to run commands whose output is wanted whole.</summary>
internal static class ShellExtensions
{
    /// <summary>Runs a script of <c>sh</c> to its end, collecting what it prints.</summary>
    public static Task<RemoteOutput> RunAsync(this IShell shell, string script, CancellationToken cancellation) =>
        shell.CollectAsync(new RemoteCommand(script), cancellation);

    /// <summary>Runs a command to its end, collecting what it prints.</summary>
    public static async Task<RemoteOutput> CollectAsync(this IShell shell, RemoteCommand command, CancellationToken cancellation)
    {
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        var exit = await shell.RunAsync(
            command with { Stdout = RemoteCommand.Into(stdout), Stderr = RemoteCommand.Into(stderr) }, cancellation);
        return new RemoteOutput(exit, stdout.ToArray(), stderr.ToArray());
    }
}
