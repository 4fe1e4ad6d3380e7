using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>Asks the daemon of a machine through the buildctl there; as JSON if that has it, else as the text it has for people.</summary>
/// <param name="machine">The machine.</param>
/// <param name="command">The command, such as <c>debug workers</c>.</param>
internal sealed class BuildctlQuestion(Machine machine, string command)
{
    /// <summary>Asks, and takes the answer whole.</summary>
    /// <exception cref="ArchiveException">There is no buildctl, or the daemon did not answer.</exception>
    public async Task<string> AskAsync(CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        await AskAsync(RemoteCommand.Into(answer), "", cancellation);
        return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    /// <summary>Asks, and passes the answer on while it comes.</summary>
    /// <param name="stdout">Receives the answer.</param>
    /// <param name="options">Further words, quoted for a shell.</param>
    /// <param name="cancellation">Ends buildctl.</param>
    /// <inheritdoc cref="AskAsync(CancellationToken)"/>
    public async Task AskAsync(Func<ReadOnlyMemory<byte>, ValueTask> stdout, string options, CancellationToken cancellation)
    {
        var errors = new StringBuilder();
        var script = $$$"""
            PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            export PATH
            command -v buildctl >/dev/null || exit {{{RemoteExit.ProgramMissing}}}
            case $(buildctl {{{command}}} --help 2>&1) in
                *--format*) exec buildctl {{{command}}} {{{options}}} --format '{{json .}}' ;;
                *) exec buildctl {{{command}}} {{{options}}} -v ;;
            esac
            """;
        var shell = await machine.OpenAsync(cancellation);
        var exit = await shell.RunAsync(new RemoteCommand(script) { Stdout = stdout, Stderr = RemoteCommand.Into(errors) }, cancellation);
        if (exit.Code == RemoteExit.ProgramMissing)
        {
            throw new ArchiveException(
                "BuildctlMissing", ErrorCategory.NotInstalled, machine.Name, $"There is no buildctl in {machine.Title}.");
        }

        if (exit.Code != 0)
        {
            throw new ArchiveException(
                "DaemonNotAnswering",
                ErrorCategory.ConnectionError,
                machine.Name,
                $"buildctl {command} failed in {machine.Title}: {Reason(errors.ToString())} Get-BuildkitStatus tells how the daemon is.");
        }
    }

    /// <summary>An answer in none of the forms that are known.</summary>
    public ArchiveException Unreadable() => new(
        "AnswerUnreadable", ErrorCategory.InvalidData, machine.Name, $"What buildctl {command} printed in {machine.Title} is in no form that is known.");

    // buildctl prints its usage before the reason where an option is wrong.
    private static string Reason(string errors) =>
        errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last]
            ? $"{last.TrimEnd('.')}."
            : "it gave no reason.";
}
