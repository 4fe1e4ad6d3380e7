using System.Text;
using DockerArchive.Buildkit;
using DockerArchive.Systemd;
using DockerArchive.Tests.Systemd;

namespace DockerArchive.Tests.Status;

public sealed class BuildkitDiagnosisTests
{
    private static readonly BuildkitWorker Worker = new() { Id = "w" };

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void A_killed_daemon_is_a_failure_with_its_signal(string guest)
    {
        var status = BuildkitStatus.Create(Recorded(guest, "02-killed", "02-killed"));

        Assert.False(status.Healthy);
        var failure = status.Problems[0];
        Assert.Equal((BuildkitProblemId.UnitFailed, BuildkitProblemSeverity.Error), (failure.Id, failure.Severity));
        Assert.Matches(
            @"^buildkit\.service has failed \(result 'signal'\): its main process was ended by signal 9 \(SIGKILL\) " +
            @"at 2026-11-24 12:\d\d:\d\d UTC\.$",
            failure.Message);
        Assert.Contains("buildkit.service: Main process exited, code=killed, status=9/KILL", Messages(failure));
        Assert.Contains("buildkit.service: Failed with result 'signal'.", Messages(failure));
        Assert.DoesNotContain(status.Problems, problem => problem.Id == BuildkitProblemId.SocketNotListening);
    }

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void A_daemon_that_never_starts_shows_its_own_words(string guest)
    {
        var status = BuildkitStatus.Create(Recorded(guest, "06-badflag", "06-badflag"));

        var failure = Assert.Single(status.Problems, problem => problem.Id == BuildkitProblemId.UnitFailed);
        Assert.Contains("exit code 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("after 5 automatic restarts", failure.Message, StringComparison.Ordinal);
        Assert.Contains("buildkitd: flag provided but not defined: -no-such-flag", Messages(failure));
        Assert.Contains("buildkit.service: Start request repeated too quickly.", Messages(failure));
        var socket = Assert.Single(status.Problems, problem => problem.Id == BuildkitProblemId.SocketNotListening);
        Assert.Equal(BuildkitProblemSeverity.Error, socket.Severity);
        Assert.Contains("service-start-limit-hit", socket.Message, StringComparison.Ordinal);
        var restarts = Assert.Single(status.Problems, problem => problem.Id == BuildkitProblemId.Restarted);
        Assert.Equal("systemd restarted buildkit.service 5 times by itself.", restarts.Message);
        Assert.NotEmpty(restarts.Entries);
    }

    [Fact]
    public void An_absent_unit_is_one_finding()
    {
        var problem = Assert.Single(BuildkitDiagnosis.Find(Recorded(GuestData.Debian12, "07-absent", null)));

        Assert.Equal(BuildkitProblemId.UnitNotFound, problem.Id);
        Assert.Equal("There is no unit nosuchunit.service.", problem.Message);
    }

    [Fact]
    public void Git_and_containerd_do_not_make_it_unhealthy()
    {
        var status = BuildkitStatus.Create(Recorded(GuestData.Debian12, "01-running", "01-running"));

        Assert.True(status.Healthy);
        Assert.Equal(
            [BuildkitProblemId.GitMissing, BuildkitProblemId.ContainerdWorkerSkipped],
            status.Problems.Select(problem => problem.Id));
        var entry = Assert.Single(status.Problems[0].Entries);
        Assert.Contains("failed to find git binary", entry.LogMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_of_an_earlier_run_are_not_found()
    {
        var report = Recorded(GuestData.Debian12, "01-running", "01-running");

        Assert.Empty(BuildkitDiagnosis.Find(report with { Service = report.Service! with { LastMainPid = 4711 } }));
    }

    [Fact]
    public void Startup_entries_count_once_when_they_are_also_the_last()
    {
        var report = Recorded(GuestData.Debian12, "01-running", "01-running");

        Assert.Single(BuildkitDiagnosis.Find(report with { Startup = report.Journal })[0].Entries);
        Assert.Single(BuildkitDiagnosis.Find(report with { Startup = report.Journal, Journal = [] })[0].Entries);
    }

    [Theory]
    [InlineData("active", "running", true, null)]
    [InlineData("refreshing", "running", true, null)]
    [InlineData("inactive", "dead", true, BuildkitProblemSeverity.Information)]
    [InlineData("inactive", "dead", false, BuildkitProblemSeverity.Error)]
    [InlineData("activating", "start", true, BuildkitProblemSeverity.Error)]
    [InlineData("deactivating", "stop-sigterm", true, BuildkitProblemSeverity.Error)]
    public void A_service_that_does_not_run_is_an_error_unless_its_socket_starts_it(
        string state, string subState, bool listening, BuildkitProblemSeverity? severity)
    {
        var problems = BuildkitDiagnosis.Find(Report($"ActiveState={state}\nSubState={subState}", listening));

        var found = problems.FirstOrDefault(problem => problem.Id == BuildkitProblemId.UnitNotActive);
        Assert.Equal(severity, found?.Severity);
    }

    [Fact]
    public void Waiting_for_a_restart_is_a_failure()
    {
        var problem = BuildkitDiagnosis.Find(Report(
            "ActiveState=activating\nSubState=auto-restart\nResult=core-dump\n" +
            "ExecMainCode=3\nExecMainStatus=11\nNRestarts=1"))[0];

        Assert.Equal(BuildkitProblemId.UnitFailed, problem.Id);
        Assert.Equal(
            "buildkit.service is waiting to be restarted (result 'core-dump'): its main process was ended by signal 11 " +
            "(SIGSEGV) and dumped core, after 1 automatic restart.",
            problem.Message);
    }

    [Fact]
    public void A_masked_unit_cannot_be_started()
    {
        var problem = BuildkitDiagnosis.Find(Report("LoadState=masked\nActiveState=inactive\nSubState=dead", false))[0];

        Assert.Equal(BuildkitProblemId.UnitNotLoaded, problem.Id);
    }

    [Fact]
    public void A_socket_that_does_not_listen_is_a_warning_while_the_service_runs()
    {
        var problem = Assert.Single(BuildkitDiagnosis.Find(Report("ActiveState=active\nSubState=running", false)));

        Assert.Equal(BuildkitProblemId.SocketNotListening, problem.Id);
        Assert.Equal(BuildkitProblemSeverity.Warning, problem.Severity);
    }

    [Fact]
    public void A_daemon_without_a_worker_is_an_error()
    {
        var report = Report("ActiveState=active") with
        {
            Workers = [],
            Parts = [new GuestStatusPart { Name = "workers", ExitCode = 0 }],
        };

        Assert.Equal(BuildkitProblemId.NoWorker, Assert.Single(BuildkitDiagnosis.Find(report)).Id);
    }

    [Theory]
    [InlineData(1, "error: failed to list workers", BuildkitProblemSeverity.Error, "error: failed to list workers")]
    [InlineData(124, "", BuildkitProblemSeverity.Error, "no answer in time")]
    [InlineData(127, "sh: buildctl: not found", BuildkitProblemSeverity.Warning, "sh: buildctl: not found")]
    [InlineData(2, "", BuildkitProblemSeverity.Error, "exit code 2")]
    public void A_daemon_that_does_not_answer_buildctl_is_a_problem(
        int exitCode, string error, BuildkitProblemSeverity severity, string because)
    {
        var report = Report("ActiveState=active") with
        {
            Workers = null,
            Parts = [new GuestStatusPart { Name = "workers", ExitCode = exitCode, Error = error }],
        };

        var problem = Assert.Single(BuildkitDiagnosis.Find(report));
        Assert.Equal((BuildkitProblemId.WorkersUnknown, severity), (problem.Id, problem.Severity));
        Assert.Equal($"The daemon could not be asked for its workers: {because}.", problem.Message);
    }

    [Fact]
    public void Before_systemd_235_restarts_are_counted_in_the_journal()
    {
        const string Restart =
            """{"__REALTIME_TIMESTAMP":"5","_PID":"1","UNIT":"buildkit.service",""" +
            "\"MESSAGE\":\"buildkit.service: Service hold-off time over, scheduling restart.\"}";
        var forged = Restart.Replace("\"_PID\":\"1\"", "\"_PID\":\"2\"", StringComparison.Ordinal);
        var report = Report("ActiveState=active") with
        {
            Journal = JournalParser.ParseLines(Encoding.UTF8.GetBytes($"{Restart}\n{forged}\n{Restart}\n")),
        };

        var problem = Assert.Single(BuildkitDiagnosis.Find(report));
        Assert.Equal("systemd restarted buildkit.service 2 times by itself.", problem.Message);
        Assert.Equal(2, problem.Entries.Count);
    }

    private static IEnumerable<string?> Messages(BuildkitProblem problem) =>
        problem.Entries.Select(entry => entry.Message);

    private static GuestStatusReport Recorded(string guest, string state, string? journal)
    {
        var units = SystemctlShow.Parse(GuestData.Text("guest", guest, $"{state}.show"));
        return new GuestStatusReport
        {
            IsComplete = true,
            Systemd = SystemdPresence.Running,
            Service = units[0],
            Socket = units.ElementAtOrDefault(1),
            Workers = units[0].IsActive ? [Worker] : null,
            Journal = journal is null
                ? []
                : JournalParser.ParseLines(GuestData.Bytes("guest", guest, $"{journal}.journal.json")),
        };
    }

    private static GuestStatusReport Report(string service, bool listening = true)
    {
        var socket = listening ? "ActiveState=active\nSubState=listening" : "ActiveState=inactive\nSubState=dead";
        var units = SystemctlShow.Parse(
            $"Id=buildkit.service\n{service}\n\nId=buildkit.socket\nLoadState=loaded\n{socket}\n");
        return new GuestStatusReport
        {
            IsComplete = true,
            Systemd = SystemdPresence.Running,
            Service = units[0],
            Socket = units[1],
            Workers = [Worker],
        };
    }
}
