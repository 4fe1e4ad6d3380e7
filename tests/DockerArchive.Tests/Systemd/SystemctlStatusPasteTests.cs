using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class SystemctlStatusPasteTests
{
    private static readonly string Running = GuestData.Text("guest", GuestData.Debian12, "01-running.status");

    private static readonly DateTimeOffset Now = new(2025, 9, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Dots =>
        ["● ", "○ ", "× ", "↻ ", "* ", "? ", "x ", "\ufffd ", "â—\u008f ", "â— ", "&#9679; ", ""];

    [Theory]
    [MemberData(nameof(Dots))]
    public void The_dot_may_be_anything_or_be_lost(string dot) =>
        AssertRunning(Running.Replace("● buildkit.service", $"{dot}buildkit.service", StringComparison.Ordinal));

    [Theory]
    [InlineData("    ")]
    [InlineData("\t")]
    [InlineData("> ")]
    [InlineData("> > ")]
    [InlineData("# ")]
    [InlineData("   | ")]
    public void Each_line_may_be_quoted_or_indented(string prefix) =>
        AssertRunning($"""
            {string.Join('\n', Running.TrimEnd().Split('\n').Select(line => line.Length == 0 ? prefix.TrimEnd() : prefix + line))}

            That is all.
            """);

    [Fact]
    public void A_line_that_is_not_quoted_is_another()
    {
        var wide = new string('x', 100);

        var journal = Parse($"> ● x.service - X\n>    Loaded: loaded\n>\n> Aug 27 02:21:03 h x[1]: {wide}\nI say no.\n").Journal;

        Assert.Equal(wide, Assert.Single(journal).Message);
    }

    [Fact]
    public void Lines_may_end_in_carriage_returns() =>
        AssertRunning(Running.Replace("\n", "\r\n", StringComparison.Ordinal));

    [Fact]
    public void Colours_and_links_are_no_part_of_values() => AssertRunning(Running
        .Replace("●", "\e[0;1;32m●\e[0m", StringComparison.Ordinal)
        .Replace("active (running)", "\e[0;1;32mactive (running)\e[0m", StringComparison.Ordinal)
        .Replace("(limit: 2345)", "\e[38;5;245m(limit: 2345)\e[0m", StringComparison.Ordinal)
        .Replace("https://github.com", "\e]8;;https://github.com/x\e\\https://github.com\e]8;;\e\\", StringComparison.Ordinal)
        .Replace("running server", "\e[0;1;39mrunning server", StringComparison.Ordinal));

    [Fact]
    public void What_is_around_does_not_belong_to_it() => AssertRunning(
        $"""
        It does not work, see:
        * buildkit.service - this is a list, no unit
        ● other.service loaded failed failed Other
        root@vm:~# systemctl status buildkit nosuchunit
        Unit nosuchunit.service could not be found.
        Warning: The unit file or drop-ins of buildkit.service changed on disk. Run 'systemctl daemon-reload' to reload units.
        {Running.TrimEnd()}
        Warning: buildkit.service changed on disk. Run 'systemctl daemon-reload' to reload units.
        Hint: Some lines were ellipsized, use -l to show in full.
        Notice: journal has been rotated since unit was started, output may be incomplete.
        ~
        lines 1-20/20 (END)
        root@vm:~# journalctl -u other
        Nov 24 12:05:06 vm other[1]: no entry of this unit
        """);

    [Theory]
    [InlineData("```\nNov 24 12:05:06 vm other[1]: no entry of this unit")]
    [InlineData("[root@vm ~]# uptime\nNov 24 12:05:06 vm other[1]: no entry of this unit")]
    [InlineData("$ uptime\nNov 24 12:05:06 vm other[1]: no entry of this unit")]
    [InlineData("\nWhat is wrong with it?\nNov 24 12:05:06 vm other[1]: no entry of this unit")]
    [InlineData("What is wrong with it?\nNov 24 12:05:06 vm other[1]: no entry of this unit")]
    public void A_fence_a_prompt_or_prose_ends_the_journal(string rest) => AssertRunning(Running + rest);

    [Fact]
    public void Indentation_that_is_lost_hides_nothing() =>
        AssertRunning(string.Join('\n', Running.Split('\n').Select(line => line.TrimStart())));

    // PurpleI2P installation notes: Ubuntu 22.04, systemd 249, pager in 80 columns.
    [Fact]
    public void What_a_pager_cut_off_is_not_known()
    {
        var status = Parse("""
            × i2pd.service - I2P Router written in C++
                 Loaded: loaded (/lib/systemd/system/i2pd.service; enabled; vendor preset: >
                 Active: failed (Result: core-dump) since Tue 2023-01-10 07:25:15 UTC; 3min>
                   Docs: man:i2pd(1)
                         https://i2pd.readthedocs.io/en/late>
                Process: 3205 ExecStart=/usr/sbin/i2pd $DAEMON_OPTS (code=exited, status=0/>
                Process: 3207 ExecStop=/usr/sbin/i2pd --stop --with --a --long --command -->
               Main PID: 3206 (code=dumped, signal=SEGV)
                    CPU: 182ms
                 CGroup: /system.slice/system-i2pd.slice/i2pd@with-a-long-instance-name.serv>
                         └─3206 /usr/sbin/i2pd --service --with --many --options --that --are>

            Jan 10 07:25:11 host systemd[1]: Starting I2P Router with a long description tha>
            Jan 10 07:25:15 host systemd[1]: i2pd.service: Main process exited, code=dumped,>
            lines 1-16/16 (END)
            """);

        Assert.Equal("/lib/systemd/system/i2pd.service", status.Unit.FragmentPath);
        Assert.Equal("enabled", status.Unit.UnitFileState);
        Assert.Null(status.Unit.Preset);
        Assert.Equal(new DateTimeOffset(2023, 1, 10, 7, 25, 15, TimeSpan.Zero), status.Unit.Since);
        Assert.Equal(["man:i2pd(1)"], status.Unit.Documentation);
        Assert.Equal([0, null], status.Unit.Commands.Select(command => command.ExitCode));
        Assert.Equal("SIGSEGV", status.Unit.SignalName);
        Assert.True(status.Unit.CoreDumped);
        Assert.Null(status.Unit.ControlGroup);
        Assert.EndsWith("--are>", Assert.Single(status.Unit.Processes).CommandLine, StringComparison.Ordinal);
        Assert.Equal(2, status.Journal.Count);
        Assert.EndsWith("code=dumped,>", status.Journal[1].Message, StringComparison.Ordinal);
        Assert.Equal(2023, status.Journal[1].Time.Year);
    }

    [Theory]
    [InlineData("loaded (/usr/lib/systemd/system/x.service; enabled; vendor prese", "/usr/lib/systemd/system/x.service", "enabled")]
    [InlineData("loaded (/usr/lib/systemd/system/x.service; enab", "/usr/lib/systemd/system/x.service", null)]
    [InlineData("loaded (/usr/lib/systemd/system/x.ser", null, null)]
    public void A_cut_without_a_mark_is_seen_by_what_is_missing(string loaded, string? path, string? state)
    {
        var unit = Parse($"● x.service - X\n   Loaded: {loaded}\n").Unit;

        Assert.Equal(path, unit.FragmentPath);
        Assert.Null(unit.SourcePath);
        Assert.Equal(state, unit.UnitFileState);
        Assert.Null(unit.Preset);
    }

    [Fact]
    public void Messages_with_their_middle_left_out_stay_so()
    {
        var journal = Parse("""
            ● x.service - X
               Loaded: loaded
               Active: active (running) since Wed 2025-08-27 02:21:03 UTC; 3s ago

            Aug 27 02:21:03 host x[1]: buildkit.service: Main process e…LURE
            Aug 27 02:21:03 host x[1]: Control process e...=1
            """).Journal;

        Assert.Equal(
            ["buildkit.service: Main process e…LURE", "Control process e...=1"], journal.Select(entry => entry.Message));
    }

    [Fact]
    public void A_message_of_several_lines_is_indented_by_the_bytes_before_it()
    {
        var blanks = new string(' ', 39);
        var journal = Parse($"""
            ● x.service - X
               Loaded: loaded

            Aug 27 02:21:03 größe my daemon[12]: one
            {blanks} two

            {blanks}three
            Aug 27 02:21:03 größe kernel: four: five
            Aug 27 02:21:03 größe empty[7]:
            -- Reboot --
            -- Boot 833100c194764c25b9c3d2bd9f1e4c71 --
            -- Logs begin at Wed 2025-08-27 02:21:03 UTC, end at Wed 2025-08-27 02:21:09 UTC. --
            Aug 27 02:21:04 größe systemd[1]: six
            """).Journal;

        Assert.Equal(["one\n two\n\nthree", "four: five", "", "six"], journal.Select(entry => entry.Message));
        Assert.Equal(["my daemon", "kernel", "empty", "systemd"], journal.Select(entry => entry.Identifier));
        Assert.Equal([12, null, 7, 1], journal.Select(entry => entry.Pid));
        Assert.All(journal, entry => Assert.Equal("größe", entry.Host));
        Assert.Equal("kernel: four: five", journal[1].ToString());
        Assert.Equal(["MESSAGE", "SYSLOG_IDENTIFIER", "_HOSTNAME"], journal[1].Fields.Keys);
    }

    [Fact]
    public void Lines_with_wide_characters_are_broken_earlier()
    {
        var broken = "Aug 27 02:21:03 host x[1]: " + new string('構', 26);
        var journal = Parse(
            $"● x.service - X\n   Loaded: loaded\n\n{broken}\n築\nAug 27 02:21:04 host x[1]: {new string('a', 53)}\nb\n").Journal;

        Assert.Equal([new string('構', 26) + "築", new string('a', 53) + "b"], journal.Select(entry => entry.Message));
    }

    [Theory]
    [InlineData("active (running) since Wed 2025-08-27 02:21:03 UTC; 2min 12s ago", "Aug 27 02:21:03", "2025-08-27 02:21:03")]
    [InlineData("active (running) since Wed 2025-12-31 23:59:50 UTC; 20s ago", "Jan 01 00:00:05", "2026-01-01 00:00:05")]
    [InlineData("active (running) since Thu 2026-01-01 00:00:10 UTC; 20s ago", "Dec 31 23:59:59", "2025-12-31 23:59:59")]
    [InlineData("active (running) since Thu 2023-03-02 00:00:10 UTC; 1 year 5 months ago", "Jul 31 23:59:59", "2024-07-31 23:59:59")]
    [InlineData("active (running) since Thu 2023-03-02 00:00:10 UTC; 1 year 5 months ago", "Dec 31 23:59:59", "2023-12-31 23:59:59")]
    [InlineData("active (running) since Thu 2023-03-02 00:00:10 UTC; 1 year 5 months ago", "Feb 29 23:59:59", "2024-02-29 23:59:59")]
    [InlineData("active (running) since Thu 2023-03-02 00:00:10 UTC; 3s ago", "Feb 29 23:59:59", "2020-02-29 23:59:59")]
    [InlineData("inactive (dead)", "Aug 27 02:21:03", "2025-08-27 02:21:03")]
    [InlineData("inactive (dead)", "Sep 02 02:21:03", "2024-09-02 02:21:03")]
    public void The_year_of_an_entry_is_the_last_that_fits(string active, string shown, string expected)
    {
        var status = Assert.Single(SystemctlStatus.Parse(
            $"● x.service - X\n   Loaded: loaded\n   Active: {active}\n\n{shown} host x[1]: y\n", now: Now));

        Assert.Equal($"{expected}Z", Assert.Single(status.Journal).Time.ToString("u", null));
        Assert.True(status.Journal[0].TimeIsCertain);
    }

    [Fact]
    public void A_zone_without_an_offset_must_be_told()
    {
        const string text = """
            ● x.service - X
               Loaded: loaded
               Active: active (running) since Fri 2025-02-28 11:34:39 CET; 2 months 3 days ago

            Apr 08 11:34:39 host x[1]: y
            """;

        var unknown = Parse(text);
        Assert.Null(unknown.Unit.Since);
        Assert.Equal(new DateTimeOffset(2025, 4, 8, 11, 34, 39, TimeSpan.Zero), unknown.Journal[0].Time);
        Assert.False(unknown.Journal[0].TimeIsCertain);

        var known = Assert.Single(SystemctlStatus.Parse(text, Berlin()));
        Assert.Equal(new DateTimeOffset(2025, 2, 28, 10, 34, 39, TimeSpan.Zero), known.Unit.Since);
        Assert.Equal(new DateTimeOffset(2025, 4, 8, 9, 34, 39, TimeSpan.Zero), known.Journal[0].Time);
        Assert.True(known.Journal[0].TimeIsCertain);
    }

    [Theory]
    [InlineData("+0530", "2025-08-26 20:51:03")]
    [InlineData("-03", "2025-08-27 05:21:03")]
    [InlineData("UTC", "2025-08-27 02:21:03")]
    public void A_zone_with_an_offset_is_that_of_the_journal_too(string zone, string expected)
    {
        var text = $"""
            ● x.service - X
               Loaded: loaded
               Active: active (running) since Wed 2025-08-27 02:21:03 {zone}; 3s ago

            Aug 27 02:21:03 host x[1]: y
            """;

        var status = Assert.Single(SystemctlStatus.Parse(text, Berlin()));

        Assert.Equal($"{expected}Z", status.Unit.Since?.ToString("u", null));
        Assert.Equal($"{expected}Z", status.Journal[0].Time.ToString("u", null));
    }

    [Theory]
    [InlineData("oct 20 17:02:52", "2024-10-20 17:02:52")]
    [InlineData("июл 21 11:43:33", "2025-07-21 11:43:33")]
    [InlineData("4月 07 19:10:33", "2025-04-07 19:10:33")]
    [InlineData("10월 07 19:10:33", "2024-10-07 19:10:33")]
    [InlineData("Mär  7 19:10:33", "2025-03-07 19:10:33")]
    [InlineData("déc. 07 19:10:33", "2024-12-07 19:10:33")]
    public void Months_are_in_the_language_of_the_machine(string shown, string expected)
    {
        var status = Assert.Single(
            SystemctlStatus.Parse($"● x.service - X\n   Loaded: loaded\n\n{shown} host x[1]: y\n", now: Now));

        Assert.Equal($"{expected}Z", Assert.Single(status.Journal).Time.ToString("u", null));
    }

    [Fact]
    public void An_entry_whose_month_is_not_understood_is_kept()
    {
        const string text = """
            ● x.service - X
               Loaded: loaded

            Aug 11 15:19:32 host x[1]: y
            marras 11 15:19:33 host x[1]: z
            """;

        var journal = Assert.Single(SystemctlStatus.Parse(text, now: Now)).Journal;

        Assert.Equal("z", journal[1].Message);
        Assert.Equal(journal[0].Time, journal[1].Time);
        Assert.False(journal[1].TimeIsCertain);
    }

    private static SystemdStatus Parse(string text) => Assert.Single(SystemctlStatus.Parse(text));

    private static void AssertRunning(string text)
    {
        var expected = Parse(Running);
        var status = Parse(text);

        Assert.Equal("buildkit.service", status.Unit.Id);
        Assert.Equal("BuildKit", status.Unit.Description);
        Assert.Equal(expected.Unit.FragmentPath, status.Unit.FragmentPath);
        Assert.Equal("enabled", status.Unit.Preset);
        Assert.Equal("running", status.Unit.SubState);
        Assert.Equal(expected.Unit.Since, status.Unit.Since);
        Assert.Equal(expected.Unit.Uptime, status.Unit.Uptime);
        Assert.Equal(["buildkit.socket"], status.Unit.TriggeredBy);
        Assert.Equal(["https://github.com/moby/buildkit"], status.Unit.Documentation);
        Assert.Equal(239, status.Unit.MainPid);
        Assert.Equal(2345, status.Unit.TasksLimit);
        Assert.Equal(expected.Unit.MemoryBytes, status.Unit.MemoryBytes);
        Assert.Equal("/system.slice/buildkit.service", status.Unit.ControlGroup);
        Assert.Equal(expected.Unit.Processes, status.Unit.Processes);
        Assert.Equal(expected.Journal.Select(JournalText.Facts), status.Journal.Select(JournalText.Facts));
    }

    private static TimeZoneInfo Berlin()
    {
        var summer = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date,
            DateTime.MaxValue.Date,
            TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday));
        return TimeZoneInfo.CreateCustomTimeZone("Berlin", TimeSpan.FromHours(1), "Berlin", "CET", "CEST", [summer]);
    }
}
