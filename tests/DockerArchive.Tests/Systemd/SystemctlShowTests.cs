using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class SystemctlShowTests
{
    [Fact]
    public void A_running_service_has_every_property_that_systemd_252_prints()
    {
        var unit = SystemctlShow.Parse(GuestData.Text("guest", GuestData.Debian12, "01-running.show"))[0];

        Assert.Equal("buildkit.service", unit.Id);
        Assert.Equal("BuildKit", unit.Description);
        Assert.Equal(UnitLoadState.Loaded, unit.LoadState);
        Assert.Null(unit.LoadError);
        Assert.Equal(UnitActiveState.Active, unit.ActiveState);
        Assert.Equal("running", unit.SubState);
        Assert.Equal("enabled", unit.UnitFileState);
        Assert.Equal("enabled", unit.Preset);
        Assert.Equal("success", unit.Result);
        Assert.Equal("/usr/local/lib/systemd/system/buildkit.service", unit.FragmentPath);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 12, 5, 6, TimeSpan.Zero), unit.Since);
        Assert.Equal(239, unit.MainPid);
        Assert.Equal(8, unit.Tasks);
        Assert.Equal(2345, unit.TasksLimit);
        Assert.Equal(32059392, unit.MemoryBytes);
        Assert.Null(unit.MemoryPeakBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(1905.19), unit.CpuTime);
        Assert.Equal(["buildkit.socket"], unit.TriggeredBy);
        Assert.Equal(["https://github.com/moby/buildkit"], unit.Documentation);
        Assert.Equal("/system.slice/buildkit.service", unit.ControlGroup);
        Assert.Equal("f574845ec71c41d78d6fd1a357b43d44", unit.InvocationId);
        Assert.Equal(0, unit.Restarts);
        Assert.Null(unit.ExitCode);
        Assert.Null(unit.Signal);
        Assert.Null(unit.MainExited);
        Assert.True(unit.IsActive);
    }

    [Fact]
    public void An_empty_line_separates_units()
    {
        var units = SystemctlShow.Parse(GuestData.Text("guest", GuestData.Debian13, "01-running.show"));

        Assert.Equal(["buildkit.service", "buildkit.socket"], units.Select(unit => unit.Id));
        Assert.Equal(48893952, units[0].MemoryPeakBytes);
        Assert.Equal(["buildkit.service"], units[1].Triggers);
        Assert.Equal(["/run/buildkit/buildkitd.sock (Stream)"], units[1].Listen);
        Assert.Null(units[1].MemoryBytes);
        Assert.Null(units[1].MainPid);
    }

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void A_killed_service_has_its_signal(string guest)
    {
        var unit = SystemctlShow.Parse(GuestData.Text("guest", guest, "02-killed.show"))[0];

        Assert.Equal(UnitActiveState.Failed, unit.ActiveState);
        Assert.Equal("signal", unit.Result);
        Assert.Equal(9, unit.Signal);
        Assert.Equal("SIGKILL", unit.SignalName);
        Assert.Null(unit.ExitCode);
        Assert.Null(unit.MainPid);
        Assert.NotNull(unit.LastMainPid);
        Assert.NotNull(unit.MainExited);
        Assert.Equal(unit.MainExited, unit.Since);
        Assert.Null(unit.Tasks);
        Assert.Null(unit.MemoryBytes);
        Assert.False(unit.IsActive);
    }

    [Fact]
    public void A_service_that_gave_up_has_exit_code_and_restarts()
    {
        var units = SystemctlShow.Parse(GuestData.Text("guest", GuestData.Debian12, "06-badflag.show"));

        Assert.Equal(1, units[0].ExitCode);
        Assert.Null(units[0].Signal);
        Assert.Equal(5, units[0].Restarts);
        Assert.Equal("service-start-limit-hit", units[1].Result);
    }

    [Theory]
    [InlineData(GuestData.Debian12, 243_359)]
    [InlineData(GuestData.Debian13, 8_188_058)]
    public void The_last_run_has_a_duration_and_the_unit_its_drop_ins(string guest, int microseconds)
    {
        var unit = SystemctlShow.Parse(GuestData.Text("guest", guest, "06-badflag.show"))[0];

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), unit.Duration);
        Assert.Equal(["/etc/systemd/system/buildkit.service.d/bad.conf"], unit.DropInPaths);
        Assert.Null(SystemctlShow.Parse(GuestData.Text("guest", guest, "01-running.show"))[0].Duration);
    }

    [Fact]
    public void What_a_service_says_of_itself_and_what_a_generator_read_are_properties()
    {
        var unit = Assert.Single(SystemctlShow.Parse(
            "Id=x.socket\nSourcePath=/etc/init.d/x\nStatusText=Ready, 1=1\nNAccepted=5\nNConnections=1\n"));

        Assert.Equal("/etc/init.d/x", unit.SourcePath);
        Assert.Equal("Ready, 1=1", unit.StatusText);
        Assert.Equal(5, unit.Accepted);
        Assert.Equal(1, unit.Connections);
    }

    [Fact]
    public void An_absent_unit_says_that_it_is_not_found()
    {
        var unit = Assert.Single(SystemctlShow.Parse(GuestData.Text("guest", GuestData.Debian12, "07-absent.show")));

        Assert.Equal(UnitLoadState.NotFound, unit.LoadState);
        Assert.Equal("Unit nosuchunit.service not found.", unit.LoadError);
        Assert.Null(unit.Since);
        Assert.Null(unit.FragmentPath);
    }

    [Fact]
    public void Systemd_229_prints_unset_numbers_as_the_greatest_one()
    {
        var unit = Assert.Single(SystemctlShow.Parse("""
            Id=buildkit.socket
            MemoryCurrent=18446744073709551615
            CPUUsageNSec=18446744073709551615
            TasksCurrent=18446744073709551615
            TasksMax=18446744073709551615
            LoadError= ""
            ListenStream=/run/buildkit/buildkitd.sock
            ListenDatagram=@abstract
            """));

        Assert.Null(unit.MemoryBytes);
        Assert.Null(unit.CpuTime);
        Assert.Null(unit.Tasks);
        Assert.Null(unit.TasksLimit);
        Assert.Null(unit.LoadError);
        Assert.Null(unit.Restarts);
        Assert.Equal(["/run/buildkit/buildkitd.sock (Stream)", "@abstract (Datagram)"], unit.Listen);
    }

    [Fact]
    public void Words_that_a_newer_systemd_may_bring_are_unknown()
    {
        var unit = Assert.Single(SystemctlShow.Parse(
            "Id=a.service\nActiveState=dancing\nLoadState=sung\nSubState=samba\n"));

        Assert.Equal(UnitActiveState.Unknown, unit.ActiveState);
        Assert.Equal(UnitLoadState.Unknown, unit.LoadState);
        Assert.Equal("samba", unit.SubState);
    }

    [Theory]
    [InlineData("active", "2020-01-01 00:00:01")]
    [InlineData("refreshing", "2020-01-01 00:00:01")]
    [InlineData("deactivating", "2020-01-01 00:00:02")]
    [InlineData("failed", "2020-01-01 00:00:03")]
    [InlineData("inactive", "2020-01-01 00:00:03")]
    [InlineData("activating", "2020-01-01 00:00:04")]
    public void Since_is_the_time_that_systemctl_status_chooses(string state, string since)
    {
        var unit = Assert.Single(SystemctlShow.Parse($"""
            Id=a.service
            ActiveState={state}
            ActiveEnterTimestamp=Wed 2020-01-01 00:00:01 UTC
            ActiveExitTimestamp=Wed 2020-01-01 00:00:02 UTC
            InactiveEnterTimestamp=Wed 2020-01-01 00:00:03 UTC
            InactiveExitTimestamp=Wed 2020-01-01 00:00:04 UTC
            """));

        Assert.Equal($"{since}Z", unit.Since?.ToString("u", null));
    }

    [Fact]
    public void Uptime_is_reckoned_on_the_monotonic_clock()
    {
        var text = GuestData.Text("guest", GuestData.Debian12, "01-running.show");

        Assert.Equal(
            TimeSpan.FromMicroseconds(82_640_677), SystemctlShow.Parse(text, TimeSpan.FromSeconds(100))[0].Uptime);
        Assert.Null(SystemctlShow.Parse(text)[0].Uptime);
        Assert.Null(SystemctlShow.Parse(text, TimeSpan.FromSeconds(1))[0].Uptime);
    }

    [Theory]
    [InlineData("Wed 2025-08-27 02:21:03 UTC", "2025-08-27T02:21:03.0000000+00:00")]
    [InlineData("Wed 2025-08-27 02:21:03.123456 UTC", "2025-08-27T02:21:03.1234560+00:00")]
    [InlineData("Mi 2025-08-27 02:21:03 GMT", "2025-08-27T02:21:03.0000000+00:00")]
    [InlineData("2025-08-27 02:21:03 +0530", "2025-08-26T20:51:03.0000000+00:00")]
    [InlineData("Wed 2025-08-27 02:21:03 -03", "2025-08-27T05:21:03.0000000+00:00")]
    [InlineData("@1756261263", "2025-08-27T02:21:03.0000000+00:00")]
    [InlineData("@1756261263.123456", "2025-08-27T02:21:03.1234560+00:00")]
    public void Times_are_read_in_each_of_systemctls_styles(string text, string expected) =>
        Assert.Equal(expected, SystemdTimestamp.Parse(text)?.ToString("O"));

    [Theory]
    [InlineData("")]
    [InlineData("n/a")]
    [InlineData("@")]
    [InlineData("@-5")]
    [InlineData("@99999999999999999999")]
    [InlineData("Wed 2025-08-27 02:21:03 CEST")]
    [InlineData("Wed 2025-08-27 02:21:03")]
    [InlineData("Wed 2025-13-27 02:21:03 UTC")]
    [InlineData("Mon 0001-01-01 00:00:00 +14")]
    [InlineData("Wed 2025-08-27 02:21:03 +99")]
    public void A_time_that_is_not_certain_is_null(string text) => Assert.Null(SystemdTimestamp.Parse(text));

    [Fact]
    public void Only_newlines_end_lines()
    {
        var unit = Assert.Single(SystemctlShow.Parse(
            "Id=foo\\x2dbar.service\nDescription=x\rActiveState=active\u2028Result=success\nActiveState=failed\n"));

        Assert.Equal("foo\\x2dbar.service", unit.Id);
        Assert.Equal(UnitActiveState.Failed, unit.ActiveState);
        Assert.Null(unit.Result);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("Failed to connect to bus: No such file or directory\n")]
    [InlineData("=\n==\nId=\nActiveState=active\n")]
    public void Text_without_a_unit_gives_none(string text) => Assert.Empty(SystemctlShow.Parse(text));
}
