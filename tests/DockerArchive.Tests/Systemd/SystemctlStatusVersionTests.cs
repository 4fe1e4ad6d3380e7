using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

/// <summary>
/// Texts in the form of versions that no guest here has, after print_status_info in src/systemctl/systemctl.c (later
/// systemctl-show.c) of systemd, and after outputs in public issues that are named at the tests.
/// </summary>
public sealed class SystemctlStatusVersionTests
{
    // Ubuntu 16.04: docker-archive-public/docker.machine#4197.
    [Fact]
    public void Systemd_229_indents_by_two_less_and_ends_dead_services_as_inactive()
    {
        var status = Parse("""
            ● docker.service - Docker Application Container Engine
               Loaded: loaded (/lib/systemd/system/docker.service; enabled; vendor preset: enabled)
              Drop-In: /etc/systemd/system/docker.service.d
                       └─10-machine.conf, 20-proxy.conf
                       /run/systemd/system/docker.service.d
                       └─50-limits.conf
               Active: inactive (dead) (Result: exit-code) since Fri 2017-07-14 15:32:30 UTC; 7min ago
                 Docs: https://docs.docker.com
                       man:dockerd(8)
              Process: 5278 ExecStartPre=/bin/sh -c (sleep 1) (code=exited, status=0/SUCCESS)
              Process: 5279 ExecStart=/usr/bin/dockerd -H fd:// (code=exited, status=1/FAILURE)
             Main PID: 5279 (code=exited, status=1/FAILURE)
                  CPU: 21ms

            Jul 14 15:32:30 box systemd[1]: docker.service: Unit entered failed state.
            Jul 14 15:32:30 box systemd[1]: docker.service: Failed with result 'exit-code'.
            """);

        Assert.Equal(UnitActiveState.Inactive, status.Unit.ActiveState);
        Assert.Equal("dead", status.Unit.SubState);
        Assert.Equal("exit-code", status.Unit.Result);
        Assert.Equal(
            [
                "/etc/systemd/system/docker.service.d/10-machine.conf",
                "/etc/systemd/system/docker.service.d/20-proxy.conf",
                "/run/systemd/system/docker.service.d/50-limits.conf",
            ],
            status.Unit.DropInPaths);
        Assert.Equal(["https://docs.docker.com", "man:dockerd(8)"], status.Unit.Documentation);
        Assert.Equal(
            [
                new UnitCommand { Pid = 5278, Setting = "ExecStartPre", CommandLine = "/bin/sh -c (sleep 1)", ExitCode = 0 },
                new UnitCommand { Pid = 5279, Setting = "ExecStart", CommandLine = "/usr/bin/dockerd -H fd://", ExitCode = 1 },
            ],
            status.Unit.Commands);
        Assert.Equal(5279, status.Unit.LastMainPid);
        Assert.Null(status.Unit.MainPid);
        Assert.Equal(1, status.Unit.ExitCode);
        Assert.Equal(TimeSpan.FromMilliseconds(21), status.Unit.CpuTime);
        Assert.Null(status.Unit.Uptime);
        Assert.Equal(2, status.Journal.Count);
        Assert.Equal(new DateTimeOffset(2017, 7, 14, 15, 32, 30, TimeSpan.Zero), status.Journal[1].Time);
    }

    [Fact]
    public void Systemd_232_has_memory_limits_and_the_control_process_behind_blanks()
    {
        var unit = Parse("""
            ● db.service
               Loaded: loaded (/etc/systemd/system/db.service; static; vendor preset: enabled)
               Active: reloading (reload) since Wed 2017-02-01 10:00:00 UTC; 1h 5min ago
             Main PID: 12 (db (main)); : 340 (sh)
               Status: "Ready, (1/2) "quoted""
                Error: 2 (No such file or directory)
                Tasks: 3
               Memory: 1.5G (limit: 2.0G)
                  CPU: 1h 2min 3.456s
               CGroup: /system.slice/db.service
                       ├─ 12 /usr/bin/db
                       ├─340 sh -c kill 12
                       └─pool
                         └─99 [db]
            """).Unit;

        Assert.Equal(UnitActiveState.Reloading, unit.ActiveState);
        Assert.Equal("db.service", unit.Description);
        Assert.Equal("static", unit.UnitFileState);
        Assert.Equal("Ready, (1/2) \"quoted\"", unit.StatusText);
        Assert.Equal(TimeSpan.FromMinutes(65), unit.Uptime);
        Assert.Equal(12, unit.MainPid);
        Assert.Equal(3, unit.Tasks);
        Assert.Null(unit.TasksLimit);
        Assert.Equal(3L * 512 * 1024 * 1024, unit.MemoryBytes);
        Assert.Equal(new TimeSpan(0, 1, 2, 3, 456), unit.CpuTime);
        Assert.Equal(
            [
                new ControlGroupProcess { Pid = 12, Name = "db (main)", CommandLine = "/usr/bin/db" },
                new ControlGroupProcess { Pid = 340, CommandLine = "sh -c kill 12" },
                new ControlGroupProcess { Pid = 99, CommandLine = "[db]" },
            ],
            unit.Processes);
    }

    // Ubuntu 18.04: moby/moby#40992.
    [Fact]
    public void Systemd_237_names_the_file_that_a_generator_read()
    {
        var unit = Parse("""
            ● docker.service - LSB: Create lightweight, portable, self-sufficient containers.
               Loaded: loaded (/etc/init.d/docker; generated)
               Active: failed (Result: exit-code) since Mon 2020-05-18 16:28:06 UTC; 1min 13s ago
                 Docs: man:systemd-sysv-generator(8)
              Process: 4009 ExecStart=/etc/init.d/docker start (code=exited, status=1/FAILURE)
             Main PID: 1071 (code=exited, status=0/SUCCESS)
            """).Unit;

        Assert.Equal("/etc/init.d/docker", unit.SourcePath);
        Assert.Null(unit.FragmentPath);
        Assert.Equal("generated", unit.UnitFileState);
        Assert.Null(unit.Preset);
        Assert.Equal(0, unit.ExitCode);
        Assert.Equal("LSB: Create lightweight, portable, self-sufficient containers.", unit.Description);
    }

    [Theory]
    [InlineData("masked (/dev/null; bad)", UnitLoadState.Masked, "/dev/null", "bad", null, null)]
    [InlineData("masked (Reason: It is (masked).)", UnitLoadState.Masked, null, null, null, "It is (masked).")]
    [InlineData("not-found (Reason: No such file)", UnitLoadState.NotFound, null, null, null, "No such file")]
    [InlineData("error (Reason: Invalid argument)", UnitLoadState.Error, null, null, null, "Invalid argument")]
    [InlineData("bad-setting (Reason: Bad; setting)", UnitLoadState.BadSetting, null, null, null, "Bad; setting")]
    [InlineData("loaded (/run/x.service; transient)", UnitLoadState.Loaded, "/run/x.service", "transient", null, null)]
    [InlineData("loaded (/a b/x.service; alias; preset: disabled)", UnitLoadState.Loaded, "/a b/x.service", "alias", "disabled", null)]
    [InlineData("loaded (/x.service; enabled; vendor preset: ignored)", UnitLoadState.Loaded, "/x.service", "enabled", "ignored", null)]
    [InlineData("loaded (/etc/x.service)", UnitLoadState.Loaded, "/etc/x.service", null, null, null)]
    [InlineData("loaded", UnitLoadState.Loaded, null, null, null, null)]
    [InlineData("sung (/etc/x.service)", UnitLoadState.Unknown, "/etc/x.service", null, null, null)]
    public void Each_form_of_the_loaded_line_is_read(
        string loaded, UnitLoadState state, string? path, string? fileState, string? preset, string? error)
    {
        var unit = Parse($"● x.service - X\n   Loaded: {loaded}\n   Active: inactive (dead)\n").Unit;

        Assert.Equal(state, unit.LoadState);
        Assert.Equal(path, unit.FragmentPath);
        Assert.Equal(fileState, unit.UnitFileState);
        Assert.Equal(preset, unit.Preset);
        Assert.Equal(error, unit.LoadError);
    }

    [Theory]
    [InlineData("active (running)", "2min 12s", UnitActiveState.Active, "running", "success", 132d)]
    [InlineData("active (exited)", "1 day 2h", UnitActiveState.Active, "exited", "success", 93600d)]
    [InlineData("active (running) (frozen)", "5 days", UnitActiveState.Active, "running", "success", 432000d)]
    [InlineData("active (running)", "1 week 3 days", UnitActiveState.Active, "running", "success", 864000d)]
    [InlineData("active (running)", "1 month 1 day", UnitActiveState.Active, "running", "success", 2716200d)]
    [InlineData("active (running)", "1 year 0 month", UnitActiveState.Active, "running", "success", 31557600d)]
    [InlineData("refreshing (refresh)", "14ms", UnitActiveState.Refreshing, "refresh", "success", 0.014)]
    [InlineData("activating (auto-restart) (Result: exit-code)", "56ms", UnitActiveState.Activating, "auto-restart", "exit-code", null)]
    [InlineData("deactivating (stop-sigterm)", "3s", UnitActiveState.Deactivating, "stop-sigterm", "success", null)]
    [InlineData("failed (Result: timeout)", "3s", UnitActiveState.Failed, "failed", "timeout", null)]
    [InlineData("maintenance", "3s", UnitActiveState.Maintenance, "maintenance", "success", null)]
    [InlineData("dancing (samba)", "3s", UnitActiveState.Unknown, "samba", null, null)]
    public void Each_form_of_the_active_line_is_read(
        string active, string age, UnitActiveState state, string subState, string? result, double? uptime)
    {
        var unit = Parse(
            $"● x.service - X\n   Loaded: loaded\n   Active: {active} since Mi 2025-08-27 02:21:03 UTC; {age} ago\n").Unit;

        Assert.Equal(state, unit.ActiveState);
        Assert.Equal(subState, unit.SubState);
        Assert.Equal(result, unit.Result);
        Assert.Equal(new DateTimeOffset(2025, 8, 27, 2, 21, 3, TimeSpan.Zero), unit.Since);
        Assert.Equal(uptime, unit.Uptime?.TotalSeconds);
    }

    [Fact]
    public void A_type_of_unit_without_results_has_none()
    {
        var unit = Parse("""
            ● multi-user.target - Multi-User System
                 Loaded: loaded (/usr/lib/systemd/system/multi-user.target; static)
                 Active: active since Wed 2025-08-27 02:21:03 UTC; 3s ago
            """).Unit;

        Assert.Equal("active", unit.SubState);
        Assert.Null(unit.Result);
    }

    // coreos/docs, customizing-sshd: systemd 225; since 239 a semicolon ends the line, and refused ones follow it.
    [Theory]
    [InlineData(" Accepted: 5; Connected: 1")]
    [InlineData("   Accepted: 5; Connected: 1;")]
    [InlineData("   Accepted: 5; Connected: 1;   Refused: 2")]
    public void A_socket_that_accepts_counts_its_connections(string accepted)
    {
        var unit = Parse($"""
            ● sshd.socket - OpenSSH Server Socket
                 Loaded: loaded (/etc/systemd/system/sshd.socket; disabled; preset: disabled)
                 Active: active (listening) since Wed 2015-10-14 21:04:31 UTC; 2min 45s ago
               Triggers: ● sshd@0-10.0.0.1:22-10.0.0.2:39576.service
                         ● sshd@1-10.0.0.1:22-10.0.0.2:39577.service
                 Listen: [::]:222 (Stream)
                         10.20.30.40:223 (Datagram)
            {accepted}
            """).Unit;

        Assert.Equal(
            ["sshd@0-10.0.0.1:22-10.0.0.2:39576.service", "sshd@1-10.0.0.1:22-10.0.0.2:39577.service"], unit.Triggers);
        Assert.Equal(["[::]:222 (Stream)", "10.20.30.40:223 (Datagram)"], unit.Listen);
        Assert.Equal(5, unit.Accepted);
        Assert.Equal(1, unit.Connections);
    }

    // Ubuntu 20.04 has systemd 245, 22.04 has 249.
    [Fact]
    public void Systemd_245_names_what_triggers_a_unit()
    {
        var unit = Parse("""
            ● docker.service - Docker Application Container Engine
                 Loaded: loaded (/lib/systemd/system/docker.service; enabled; vendor preset: enabled)
                 Active: active (running) since Sat 2020-05-02 13:33:37 -03; 8min ago
            TriggeredBy: ● docker.socket
                         ● docker-other.path
                   Docs: https://docs.docker.com
               Main PID: 24321 (dockerd)
                     IP: 1.2M in, 30.5K out
                     IO: 10.0M read, 4.0K written
                  Tasks: 8
                 Memory: 46.4M (min: 10.0M low: 20.0M high: 50.0M max: 60.0M swap max: 0B)
                 CGroup: /system.slice/docker.service
                         └─24321 /usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
            """).Unit;

        Assert.Equal(["docker.socket", "docker-other.path"], unit.TriggeredBy);
        Assert.Equal(new DateTimeOffset(2020, 5, 2, 16, 33, 37, TimeSpan.Zero), unit.Since);
        Assert.Equal(TimeSpan.FromMinutes(8), unit.Uptime);
        Assert.Equal(48653926, unit.MemoryBytes);
        Assert.Null(unit.MemoryPeakBytes);
        Assert.Null(unit.CpuTime);
    }

    [Theory]
    [InlineData("Memory: 163.0M (peak: 170.1M)", 170917888, 178362777)]
    [InlineData("Memory: 163M (high: 1G, max: 2G, available: 1.8G, peak: 170.1M, swap: 4K, swap peak: 8K)", 170917888, 178362777)]
    [InlineData("Memory: 163M (max: 2G, swap: 4K, swap peak: 8K, zswap: 1K)", 170917888, null)]
    [InlineData("Memory: 512B", 512, null)]
    [InlineData("Mem peak: 170.1M (swap: 1M)", null, 178362777)]
    [InlineData("Memory: 163.0", null, null)]
    [InlineData("Memory: 163.0M (peak: 170.", 170917888, null)]
    public void Memory_may_have_a_peak_since_systemd_255(string memory, int? bytes, int? peak)
    {
        var unit = Parse($"● x.service - X\n     Loaded: loaded\n   {memory}\n").Unit;

        Assert.Equal(bytes, unit.MemoryBytes);
        Assert.Equal(peak, unit.MemoryPeakBytes);
    }

    [Theory]
    [InlineData("272 (buildkitd)", 272, 272, null, null, false)]
    [InlineData("272", 272, 272, null, null, false)]
    [InlineData("272 (code=exited, status=0/SUCCESS)", null, 272, 0, null, false)]
    [InlineData("272 (code=exited, status=203/EXEC)", null, 272, 203, null, false)]
    [InlineData("272 (code=exited, status=42)", null, 272, 42, null, false)]
    [InlineData("272 (code=killed, signal=KILL)", null, 272, null, 9, false)]
    [InlineData("272 (code=killed, signal=RTMIN+3)", null, 272, null, 37, false)]
    [InlineData("272 (code=killed, signal=77)", null, 272, null, 77, false)]
    [InlineData("272 (code=dumped, signal=ABRT)", null, 272, null, 6, true)]
    [InlineData("272 (code=exited, status=1/FAILURE); Control PID: 300 (sh)", null, 272, 1, null, false)]
    [InlineData("272 (code=exited, status=1", null, 272, null, null, false)]
    [InlineData("272 (code=killed, signal=KI", null, 272, null, null, false)]
    [InlineData("27>", null, null, null, null, false)]
    public void The_main_process_runs_or_has_ended(string main, int? pid, int? last, int? exitCode, int? signal, bool dumped)
    {
        var unit = Parse($"● x.service - X\n   Loaded: loaded\n Main PID: {main}\n").Unit;

        Assert.Equal(pid, unit.MainPid);
        Assert.Equal(last, unit.LastMainPid);
        Assert.Equal(exitCode, unit.ExitCode);
        Assert.Equal(signal, unit.Signal);
        Assert.Equal(dumped, unit.CoreDumped);
    }

    [Theory]
    [InlineData("1min 27.960s", 87960d)]
    [InlineData("243ms", 243d)]
    [InlineData("858us", 0.858)]
    [InlineData("1d 2h 3min 4.005s", 93784005d)]
    [InlineData("6d 7h 52min 15.254s", 546735254d)]
    [InlineData("1w", 604800000d)]
    [InlineData("0", null)]
    [InlineData("1 2", null)]
    [InlineData("999999999999999999999y", null)]
    [InlineData("1min 27.9>", null)]
    public void Durations_are_sums(string duration, double? milliseconds)
    {
        var unit = Parse($"● x.service - X\n     Loaded: loaded\n   Duration: {duration}\n").Unit;

        Assert.Equal(milliseconds, unit.Duration?.TotalMilliseconds);
    }

    [Fact]
    public void Rows_that_are_not_read_disturb_no_other()
    {
        var unit = Parse("""
            ○ x.timer - X
                Follows: unit currently follows state of y.device
                 Loaded: loaded (/usr/lib/systemd/system/x.timer; indirect; preset: enabled)
              Transient: yes
                 Active: active (waiting) since Wed 2025-08-27 02:21:03 UTC; 3s ago
                  Until: Wed 2025-08-27 02:23:03 UTC; 1min 57s left
                    Job: 17
                Trigger: Thu 2025-08-28 00:00:00 UTC; 21h left
               Triggers: ● x.service
              Condition: start condition unmet at Wed 2025-08-27 02:21:03 UTC; 3s ago
                         ├─ ConditionPathExists=!/a was not met
                         └─ ConditionACPower=true was not met
                 Assert: start assertion failed at Wed 2025-08-27 02:21:03 UTC; 3s ago
                         AssertPathExists=/b was not met
                  Where: /mnt
                   Docs: man:x(1)
              Cntrl PID: 44 (sh)
                  Novel: something new
                         and more of it
             Act. Units: 3
               FD Store: 1 (limit: 2)
            """).Unit;

        Assert.Equal(["x.service"], unit.Triggers);
        Assert.Equal(["man:x(1)"], unit.Documentation);
        Assert.Equal("waiting", unit.SubState);
        Assert.Null(unit.LastMainPid);
        Assert.Empty(unit.Processes);
        Assert.Null(unit.Tasks);
    }

    private static SystemdStatus Parse(string text) => Assert.Single(SystemctlStatus.Parse(text));
}
