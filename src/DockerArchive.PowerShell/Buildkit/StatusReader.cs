using System.Management.Automation;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>Asks a machine how its BuildKit is doing, in one round trip.</summary>
internal static class StatusReader
{
    /// <summary>Reads the status.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="unit">Complete name of the daemon's service.</param>
    /// <param name="tail">How many of the last journal entries to bring.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">The machine has no systemd, or its answer breaks off.</exception>
    public static async Task<BuildkitStatus> ReadAsync(Machine machine, string unit, int tail, CancellationToken cancellation)
    {
        var token = GuestStatusScript.NewToken();
        var arguments = GuestStatusScript.Arguments(token, unit, tail);
        var shell = await machine.OpenAsync(cancellation);
        var answer = await shell.RunAsync(
            $"exec sh -c {ShellWord.Quote(GuestStatusScript.Text)} sh {ShellWord.Join(arguments)}", cancellation);
        var report = GuestStatusReport.Parse(answer.Stdout, token);
        if (report.Systemd is SystemdPresence.Absent)
        {
            throw new ArchiveException(
                "SystemdMissing",
                ErrorCategory.NotInstalled,
                machine.Name,
                $"There is no systemd in {machine.Title} (its init is '{report.Init ?? "unknown"}'), so there are no units to ask about.");
        }

        return report.IsComplete
            ? BuildkitStatus.Create(report, machine.Environment, machine.Name)
            : throw new ArchiveException(
                "StatusIncomplete",
                ErrorCategory.InvalidData,
                machine.Name,
                $"The answer of {machine.Title} is not complete: {answer.StderrText.Trim()}");
    }
}
