using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>
/// Asks a machine how its BuildKit is doing, in one round trip. What does not change is not asked again: the versions of
/// programs whose files are the same, and, for a while, the workers of a daemon that is the same process.
/// </summary>
internal static class StatusReader
{
    /// <summary>How long a daemon that does not end is taken to answer as before.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private static readonly string Script =
        $"exec sh -c {ShellWord.Quote(GuestStatusScript.Text)} sh {ShellWord.Quote(GuestStatusScript.Properties)}";

    private static readonly ConcurrentDictionary<(string Machine, string Unit), Answer> Answers = [];

    /// <summary>Reads the status.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="unit">Complete name of the daemon's service.</param>
    /// <param name="tail">How many of the last journal entries to bring.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">The machine has no systemd, or its answer breaks off.</exception>
    public static async Task<BuildkitStatus> ReadAsync(Machine machine, string unit, int tail, CancellationToken cancellation)
    {
        var token = GuestStatusScript.NewToken();
        var earlier = Answers.GetValueOrDefault((machine.Name, unit));
        var asksDaemon = earlier?.DaemonAsked is not { } asked || Stopwatch.GetElapsedTime(asked) >= Freshness;
        var question = GuestStatusScript.Question(token, unit, tail, earlier?.Report, asksDaemon);
        var started = Stopwatch.GetTimestamp();
        var shell = await machine.OpenAsync(cancellation);
        var answer = await shell.AskAsync(Script, question, GuestStatusScript.End(token), cancellation);
        var report = GuestStatusReport.Parse(answer.Stdout, token, earlier?.Report);
        if (report.Systemd is SystemdPresence.Absent)
        {
            throw new ArchiveException(
                "SystemdMissing",
                ErrorCategory.NotInstalled,
                machine.Name,
                $"There is no systemd in {machine.Title} (its init is '{report.Init ?? "unknown"}'), so there are no units to ask about.");
        }

        if (!report.IsComplete)
        {
            throw new ArchiveException(
                "StatusIncomplete",
                ErrorCategory.InvalidData,
                machine.Name,
                $"The answer of {machine.Title} is not complete: {answer.StderrText.Trim()}");
        }

        // Only a daemon that answered is one that need not be asked.
        var isKnown = earlier is not null && ReferenceEquals(report.Part("workers"), earlier.Report.Part("workers"));
        long? daemonAsked = isKnown ? earlier!.DaemonAsked : report.Workers is { Count: > 0 } ? started : null;
        Answers[(machine.Name, unit)] = new Answer(report, daemonAsked);
        return BuildkitStatus.Create(report, machine.Environment, machine.Name);
    }

    /// <param name="Report">The answer.</param>
    /// <param name="DaemonAsked">When the daemon itself was last asked, if it has answered then.</param>
    private sealed record Answer(GuestStatusReport Report, long? DaemonAsked);
}
