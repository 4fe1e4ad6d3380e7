using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using DockerArchive.Buildkit;
using DockerArchive.Systemd;
using DockerArchive.Tests.Systemd;

namespace DockerArchive.Tests.Status;

[SupportedOSPlatform("linux")]
public sealed class GuestStatusScriptTests
{
    [Fact]
    public void On_this_machine_it_says_whether_there_is_systemd()
    {
        using var run = new ScriptRun();

        var report = GuestStatusReport.Parse(
            run.RunUnchanged("sh", GuestStatusScript.Text, GuestStatusScript.Question(run.Token)), run.Token);

        Assert.True(report.IsComplete);
        var expected = Directory.Exists("/run/systemd/system") ? SystemdPresence.Running : SystemdPresence.Absent;
        Assert.Equal(expected, report.Systemd);
        Assert.Equal(File.ReadAllText("/proc/1/comm").TrimEnd('\n'), report.Init);
        Assert.True(report.GuestUptime > TimeSpan.Zero);
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void A_guest_without_systemd_says_so(string shell)
    {
        using var run = new ScriptRun();
        run.AddCommand("buildkitd", "echo buildkitd github.com/moby/buildkit v0.4.0 c35");
        run.AddCommand("systemctl", "echo never >&2; exit 1");

        var report = GuestStatusReport.Parse(run.Run(shell), run.Token);

        Assert.Equal(SystemdPresence.Absent, report.Systemd);
        Assert.Null(report.Service);
        Assert.Null(report.Workers);
        Assert.Equal("v0.4.0", report.Version?.Version);
        Assert.Null(report.Part("units"));
        Assert.NotNull(report.Part("workers")?.SkipReason);
        Assert.Equal(BuildkitProblemId.NoSystemd, Assert.Single(BuildkitStatus.Create(report).Problems).Id);
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void A_running_service_is_told_whole(string shell)
    {
        using var run = new ScriptRun();
        AddGuest(run, "01-running");
        run.AddControlGroup("/system.slice/buildkit.service", Environment.ProcessId);
        run.AddControlGroup("/system.slice/buildkit.service/child", Environment.ProcessId, 999_999_999);

        var report = GuestStatusReport.Parse(run.Run(shell), run.Token);
        var status = BuildkitStatus.Create(report, "buildkit/v0.4.0", "one");

        Assert.True(status.Healthy);
        Assert.Equal(
            ["buildkitd", "daemon", "host", "journal", "processes", "programs", "runc", "startup", "units", "workers"],
            report.Parts.Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("buildkit/v0.4.0", "one"), (status.Environment, status.Instance));
        Assert.Equal("c35410878ab9070498c66f6c67d3e8bc3b92241f", status.Version?.Revision);
        Assert.Equal("1.1.5+ds1", status.Runc?.Version);
        Assert.Equal(UnitActiveState.Active, status.Service?.ActiveState);
        Assert.Equal("buildkit.socket", status.Socket?.Id);
        Assert.Equal(7, status.Journal.Count);
        Assert.Equal("lb9jdhumsh776sy44pfejxz2r", Assert.Single(status.Workers).Id);
        var processes = status.Service!.Processes;
        Assert.Equal([Environment.ProcessId, Environment.ProcessId], processes.Select(process => process.Pid));
        Assert.Equal(File.ReadAllText("/proc/self/cmdline").Replace('\0', ' ').Trim(), processes[0].CommandLine);
        Assert.Equal(
            [BuildkitProblemId.GitMissing, BuildkitProblemId.ContainerdWorkerSkipped],
            status.Problems.Select(problem => problem.Id));
        Assert.All(status.Problems, problem => Assert.Single(problem.Entries));
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void What_has_not_changed_is_not_asked_again(string shell)
    {
        using var run = new ScriptRun();
        AddGuest(run, "01-running");
        Show(Environment.ProcessId);
        run.AddNotedCommand("buildkitd", GuestData.Bytes("guest", GuestData.Debian12, "buildkitd-version"));
        run.AddNotedCommand("runc", GuestData.Bytes("guest", GuestData.Debian12, "runc-version"));
        run.AddNotedCommand("buildctl", GuestData.Bytes("buildctl", "v0.4.0", "00-workers-v.stdout"));

        var first = GuestStatusReport.Parse(run.Run(shell), run.Token);
        Assert.Equal(["buildctl", "buildkitd", "runc"], run.Noted());
        var second = Again(first, asksDaemon: false);
        Assert.Empty(run.Noted());
        Assert.Equal((first.Version, first.Runc), (second.Version, second.Runc));
        Assert.Equal("lb9jdhumsh776sy44pfejxz2r", Assert.Single(second.Workers!).Id);
        Assert.Equal(first.Startup.Count, second.Startup.Count);
        Assert.Equal(
            BuildkitStatus.Create(first).Problems.Select(problem => problem.Id), BuildkitStatus.Create(second).Problems.Select(problem => problem.Id));

        Again(second, asksDaemon: true);
        Assert.Equal(["buildctl"], run.Noted());
        run.AddNotedCommand("runc", "runc version 9.9.9\n"u8.ToArray());
        Assert.Equal("9.9.9", Again(second, asksDaemon: false).Runc?.Version);
        Assert.Equal(["buildkitd", "runc"], run.Noted());
        Show(1);
        Again(second, asksDaemon: false);
        Assert.Equal(["buildctl", "buildkitd", "runc"], run.Noted());

        GuestStatusReport Again(GuestStatusReport earlier, bool asksDaemon) =>
            GuestStatusReport.Parse(run.Run(shell, earlier: earlier, asksDaemon: asksDaemon), run.Token, earlier);

        void Show(int pid) => run.AddCommand(
            "systemctl",
            Encoding.UTF8.GetBytes(Regex.Replace(
                Encoding.UTF8.GetString(GuestData.Bytes("guest", GuestData.Debian12, "01-running.show")), "(?m)^(Exec)?MainPID=.*$", $"$1MainPID={pid}")));
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void A_crashed_service_is_not_started_by_the_question(string shell)
    {
        using var run = new ScriptRun();
        AddGuest(run, "02-killed");
        run.AddCommand("buildctl", "echo connected; exit 1");

        var report = GuestStatusReport.Parse(run.Run(shell), run.Token);

        Assert.Equal("buildkit.service is failed", report.Part("workers")?.SkipReason);
        Assert.Null(report.Part("processes"));
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void Each_part_may_fail_by_itself(string shell)
    {
        using var run = new ScriptRun();
        run.BootSystemd();
        run.AddCommand("systemctl", "echo 'Failed to connect to bus: Host is down' >&2; exit 1");
        run.AddCommand("journalctl", "printf 'garbage\\n{\"cut'; echo 'no journal' >&2; exit 3");
        run.AddCommand("buildkitd", "printf 'two\\nlines' >&2; kill -9 $$");
        run.AddCommand("runc", "exec runc-that-is-not-there");

        var report = GuestStatusReport.Parse(run.Run(shell), run.Token);

        Assert.True(report.IsComplete);
        Assert.Equal(SystemdPresence.Running, report.Systemd);
        Assert.Null(report.Service);
        Assert.Empty(report.Journal);
        Assert.Null(report.Version);
        Assert.Null(report.Runc);
        Assert.Equal(1, report.Part("units")!.ExitCode);
        Assert.Equal("Failed to connect to bus: Host is down", report.Part("units")!.Error);
        Assert.Equal(3, report.Part("journal")!.ExitCode);
        Assert.Equal("no journal", report.Part("journal")!.Error);
        Assert.Equal(137, report.Part("buildkitd")!.ExitCode);
        Assert.StartsWith("two\nlines", report.Part("buildkitd")!.Error, StringComparison.Ordinal);
        Assert.True(report.Part("runc")!.CommandMissing);
        var problem = Assert.Single(BuildkitStatus.Create(report).Problems);
        Assert.Equal(
            "systemctl did not show the service: Failed to connect to bus: Host is down.", problem.Message);
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void Arguments_reach_the_commands_as_they_are(string shell)
    {
        using var run = new ScriptRun();
        run.BootSystemd();
        run.AddCommand("systemctl", "for word; do printf 'Id=%s\\n\\n' \"$word\"; done");

        var units = SystemctlShow.Parse(
            GuestStatusReport.Parse(run.Run(shell, "foo\\x2dbar@1"), run.Token).Part("units")!.OutputText);

        Assert.Equal(
            [
                "show", "--no-pager", "-p", string.Join(',', SystemctlShow.Properties), "--",
                "foo\\x2dbar@1.service", "foo\\x2dbar@1.socket",
            ],
            units.Select(unit => unit.Id));
    }

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void A_journal_greater_than_a_pipe_comes_whole(string shell)
    {
        using var run = new ScriptRun();
        AddGuest(run, "01-running");
        var line = Encoding.UTF8.GetBytes(
            $$"""{"__REALTIME_TIMESTAMP":"1","MESSAGE":"{{new string('x', 1_000_000)}}"}""" + "\n");
        byte[] hostile =
        [
            .. line,
            .. Encoding.UTF8.GetBytes($"TOKEN end journal 0\n{GuestStatusScript.NewToken()} done\n"),
            0, 255, (byte)'\n',
            .. line,
        ];
        run.AddCommand("journalctl", hostile);

        var report = GuestStatusReport.Parse(run.Run(shell), run.Token);

        Assert.Equal([1_000_000, 1_000_000], report.Journal.Select(entry => entry.Message!.Length));
        Assert.Equal(hostile, report.Part("journal")!.Output);
        Assert.True(report.IsComplete);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a b")]
    [InlineData("$(reboot)")]
    public void A_unit_that_cannot_be_is_refused(string unit) =>
        Assert.Throws<ArgumentException>(() => GuestStatusScript.Question("token", unit));

    [Theory]
    [MemberData(nameof(ScriptRun.Shells), MemberType = typeof(ScriptRun))]
    public void It_answers_each_question_and_ends_when_there_are_no_more(string shell)
    {
        using var run = new ScriptRun();
        string[] tokens = [GuestStatusScript.NewToken(), GuestStatusScript.NewToken()];

        var output = run.RunUnchanged(
            shell, GuestStatusScript.Text, GuestStatusScript.Question(tokens[0]) + GuestStatusScript.Question(tokens[1], "docker"));

        var end = Encoding.UTF8.GetBytes(GuestStatusScript.End(tokens[0]));
        var first = output.AsSpan().IndexOf(end) + end.Length;
        Assert.EndsWith(GuestStatusScript.End(tokens[1]), Encoding.UTF8.GetString(output), StringComparison.Ordinal);
        Assert.True(GuestStatusReport.Parse(output.AsSpan(0, first), tokens[0]).IsComplete);
        Assert.True(GuestStatusReport.Parse(output.AsSpan(first), tokens[1]).IsComplete);
    }

    [Fact]
    public void Every_run_has_its_own_token()
    {
        Assert.Matches("^[0-9A-F]{32}$", GuestStatusScript.NewToken());
        Assert.NotEqual(GuestStatusScript.NewToken(), GuestStatusScript.NewToken());
    }

    [Fact]
    public void The_script_has_no_carriage_return() =>
        Assert.DoesNotContain('\r', GuestStatusScript.Text);

    private static void AddGuest(ScriptRun run, string state)
    {
        run.BootSystemd();
        run.AddCommand("systemctl", GuestData.Bytes("guest", GuestData.Debian12, $"{state}.show"));
        run.AddCommand("journalctl", GuestData.Bytes("guest", GuestData.Debian12, $"{state}.journal.json"));
        run.AddCommand("buildkitd", GuestData.Bytes("guest", GuestData.Debian12, "buildkitd-version"));
        run.AddCommand("runc", GuestData.Bytes("guest", GuestData.Debian12, "runc-version"));
        run.AddCommand("buildctl", GuestData.Bytes("buildctl", "v0.4.0", "00-workers-v.stdout"));
    }
}
