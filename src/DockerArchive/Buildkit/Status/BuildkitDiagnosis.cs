using System.Globalization;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>Finds what is wrong, or worth knowing, in a guest's answers.</summary>
public static class BuildkitDiagnosis
{
    private const int MostEntries = 8;

    /// <summary>Looks through the answers.</summary>
    /// <param name="report">The answers.</param>
    /// <returns>The findings, the gravest first.</returns>
    public static IReadOnlyList<BuildkitProblem> Find(GuestStatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var journal = Merge(report.Startup, report.Journal);
        IEnumerable<BuildkitProblem?> findings = report.Systemd == SystemdPresence.Absent
            ? [NoSystemd(report), Workers(report, journal)]
            :
            [
                Units(report),
                Load(report),
                Activity(report, journal),
                Socket(report, journal),
                Workers(report, journal),
                Git(report, journal),
                Containerd(report, journal),
                Restarts(report, journal),
            ];
        return findings.OfType<BuildkitProblem>().OrderByDescending(problem => problem.Severity).ToArray();
    }

    private static BuildkitProblem NoSystemd(GuestStatusReport report) => Problem(
        BuildkitProblemId.NoSystemd,
        BuildkitProblemSeverity.Error,
        $"There is no systemd (process 1 is '{report.Init ?? "unknown"}'): " +
        "nothing is known about its units and journal.");

    private static BuildkitProblem? Units(GuestStatusReport report) => report.Service is not null
        ? null
        : Problem(
            BuildkitProblemId.UnitsUnknown,
            BuildkitProblemSeverity.Error,
            $"systemctl did not show the service{Because(report.Part("units"))}.");

    private static BuildkitProblem? Load(GuestStatusReport report)
    {
        if (report.Service is not { } service)
            return null;
        var severity = service.IsActive ? BuildkitProblemSeverity.Warning : BuildkitProblemSeverity.Error;
        var because = service.LoadError is { } error ? $": {error.TrimEnd('.')}" : "";
        return service.LoadState switch
        {
            UnitLoadState.NotFound => Problem(
                BuildkitProblemId.UnitNotFound, severity, $"There is no unit {service.Id}."),
            UnitLoadState.Masked => Problem(
                BuildkitProblemId.UnitNotLoaded, severity, $"{service.Id} is masked, so it cannot be started."),
            UnitLoadState.BadSetting or UnitLoadState.Error => Problem(
                BuildkitProblemId.UnitNotLoaded, severity, $"The unit file of {service.Id} cannot be used{because}."),
            _ => null,
        };
    }

    private static BuildkitProblem? Activity(GuestStatusReport report, IReadOnlyList<JournalEntry> journal)
    {
        if (report.Service is not { IsActive: false } service || service.LoadState == UnitLoadState.NotFound)
            return null;
        if (service.ActiveState == UnitActiveState.Failed || service.SubState == "auto-restart")
            return Failed(service, journal);

        var state = $"{Word(service.ActiveState)} ({service.SubState})";
        return service.ActiveState == UnitActiveState.Inactive && report.Socket is { IsActive: true } socket
            ? Problem(
                BuildkitProblemId.UnitNotActive,
                BuildkitProblemSeverity.Information,
                $"{service.Id} is {state}; {socket.Id} starts it when something connects.")
            : Problem(
                BuildkitProblemId.UnitNotActive,
                BuildkitProblemSeverity.Error,
                $"{service.Id} is {state}, so builds are not served.");
    }

    private static BuildkitProblem Failed(SystemdUnit service, IReadOnlyList<JournalEntry> journal)
    {
        var how = service switch
        {
            { Signal: { } signal } =>
                $"its main process was ended by signal {signal} ({service.SignalName})" +
                (service.CoreDumped ? " and dumped core" : ""),
            { ExitCode: { } code } => $"its main process ended with exit code {code}",
            _ => "its main process did not run",
        };
        var when = service.MainExited is { } exited
            ? string.Create(CultureInfo.InvariantCulture, $" at {exited:yyyy-MM-dd HH:mm:ss} UTC")
            : "";
        var restarts = service.Restarts is > 0 and var times ? $", after {Count(times, "automatic restart")}" : "";
        var state = service.ActiveState == UnitActiveState.Failed ? "has failed" : "is waiting to be restarted";
        return Problem(
            BuildkitProblemId.UnitFailed,
            BuildkitProblemSeverity.Error,
            $"{service.Id} {state} (result '{service.Result}'): {how}{when}{restarts}.",
            FailureEntries(service, journal));
    }

    // What systemd said last about the unit, and what the daemon said in its last minute that is not everyday news. An
    // option it does not know, a Go panic and "buildkitd: …" are not logrus text.
    private static IEnumerable<JournalEntry> FailureEntries(SystemdUnit service, IReadOnlyList<JournalEntry> journal)
    {
        var spoken = journal
            .Where(entry => entry.Unit == service.Id && entry.Pid == 1 && entry.Priority <= JournalPriority.Notice)
            .TakeLast(MostEntries / 2);
        var lastMinute = service.MainExited?.AddMinutes(-1);
        var written = journal
            .Where(entry => entry.Pid is not null && entry.Pid == service.LastMainPid)
            .Where(entry => entry.Level is null or >= LogrusLevel.Error && !(entry.Time < lastMinute))
            .TakeLast(MostEntries / 2);
        return written.Concat(spoken).OrderBy(entry => entry.Time);
    }

    private static BuildkitProblem? Socket(GuestStatusReport report, IReadOnlyList<JournalEntry> journal)
    {
        if (report.Socket is not { IsActive: false } socket)
            return null;
        var result = socket.Result is null or "success" ? "" : $", result '{socket.Result}'";
        return Problem(
            BuildkitProblemId.SocketNotListening,
            report.Service is { IsActive: true } ? BuildkitProblemSeverity.Warning : BuildkitProblemSeverity.Error,
            $"{socket.Id} does not listen: it is {Word(socket.ActiveState)} ({socket.SubState}{result}).",
            journal.Where(entry => entry.Unit == socket.Id).TakeLast(MostEntries));
    }

    private static BuildkitProblem? Workers(GuestStatusReport report, IReadOnlyList<JournalEntry> journal)
    {
        if (report.Workers is { Count: > 0 } || report.Part("workers") is not { SkipReason: null } part)
            return null;
        if (report.Workers is null)
        {
            return Problem(
                BuildkitProblemId.WorkersUnknown,
                part.CommandMissing ? BuildkitProblemSeverity.Warning : BuildkitProblemSeverity.Error,
                $"The daemon could not be asked for its workers{Because(part)}.");
        }

        return Problem(
            BuildkitProblemId.NoWorker,
            BuildkitProblemSeverity.Error,
            "The daemon has no worker, so it cannot build.",
            OfLastRun(report, journal, "worker").TakeLast(MostEntries));
    }

    private static BuildkitProblem? Git(GuestStatusReport report, IReadOnlyList<JournalEntry> journal) => Shown(
        BuildkitProblemId.GitMissing,
        BuildkitProblemSeverity.Warning,
        "The daemon found no git: builds from git repositories fail.",
        OfLastRun(report, journal, "git source cannot be enabled"));

    private static BuildkitProblem? Containerd(GuestStatusReport report, IReadOnlyList<JournalEntry> journal) => Shown(
        BuildkitProblemId.ContainerdWorkerSkipped,
        BuildkitProblemSeverity.Information,
        "The daemon found no containerd, so it made no containerd worker.",
        OfLastRun(report, journal, "skipping containerd worker"));

    private static BuildkitProblem? Restarts(GuestStatusReport report, IReadOnlyList<JournalEntry> journal)
    {
        if (report.Service is not { } service)
            return null;
        var scheduled = journal
            .Where(entry => entry.Unit == service.Id && entry.Pid == 1 && SaysRestart(entry))
            .ToArray();

        // Before systemd 235 only the journal knows, as far as it was asked for.
        var times = service.Restarts ?? scheduled.Length;
        return times == 0
            ? null
            : Problem(
                BuildkitProblemId.Restarted,
                BuildkitProblemSeverity.Warning,
                $"systemd restarted {service.Id} {Count(times, "time")} by itself.",
                scheduled.TakeLast(Math.Min(times, MostEntries)));
    }

    private static bool SaysRestart(JournalEntry entry) =>
        entry.Message is { } message &&
        (message.Contains("Scheduled restart job", StringComparison.Ordinal) ||
         message.Contains("scheduling restart", StringComparison.Ordinal));

    private static IEnumerable<JournalEntry> OfLastRun(
        GuestStatusReport report, IReadOnlyList<JournalEntry> journal, string text) => journal.Where(entry =>
        (report.Service?.LastMainPid is not { } pid || entry.Pid == pid) &&
        entry.LogMessage?.Contains(text, StringComparison.Ordinal) == true);

    private static JournalEntry[] Merge(IReadOnlyList<JournalEntry> startup, IReadOnlyList<JournalEntry> last) =>
        startup.Concat(last)
            .DistinctBy(entry => (object?)entry.Cursor ?? entry)
            .OrderBy(entry => entry.Time)
            .ToArray();

    private static string Because(GuestStatusPart? part)
    {
        if (part is null)
            return "";
        if (part.TimedOut)
            return ": no answer in time";
        var lines = part.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? $": {lines[^1].TrimEnd('.')}" : part.Succeeded ? "" : $": exit code {part.ExitCode}";
    }

    private static string Word(UnitActiveState state) => state.ToString().ToLowerInvariant();

    private static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static BuildkitProblem? Shown(
        BuildkitProblemId id, BuildkitProblemSeverity severity, string message, IEnumerable<JournalEntry> entries)
    {
        var problem = Problem(id, severity, message, entries);
        return problem.Entries.Count == 0 ? null : problem;
    }

    private static BuildkitProblem Problem(
        BuildkitProblemId id,
        BuildkitProblemSeverity severity,
        string message,
        IEnumerable<JournalEntry>? entries = null) =>
        new() { Id = id, Severity = severity, Message = message, Entries = entries?.ToArray() ?? [] };
}
