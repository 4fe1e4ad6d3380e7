using System.Text;
using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class DaemonLogTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(GuestData.Debian12, "short")]
    [InlineData(GuestData.Debian12, "short-iso")]
    [InlineData(GuestData.Debian12, "short-full")]
    [InlineData(GuestData.Debian12, "short-x")]
    [InlineData(GuestData.Debian13, "short")]
    public void Journalctls_short_forms_tell_the_same_as_json(string guest, string form)
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", guest, "04-stopped.journal.json"));

        var entries = Read(GuestData.Text("guest", guest, $"04-stopped.journal.{form}"));

        Assert.Equal(recorded.Select(JournalText.Facts), entries.Select(JournalText.Facts));
        Assert.All(entries, entry => Assert.True(entry.TimeIsCertain));
        Assert.Equal(recorded.Select(entry => entry.LogMessage), entries.Select(entry => entry.LogMessage));
    }

    [Theory]
    [InlineData(GuestData.Debian12, "short-precise")]
    [InlineData(GuestData.Debian12, "short-iso-precise")]
    [InlineData(GuestData.Debian12, "short-unix")]
    [InlineData(GuestData.Debian13, "short-precise")]
    [InlineData(GuestData.Debian13, "short-iso-precise")]
    public void Precise_forms_tell_the_time_to_the_microsecond(string guest, string form)
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", guest, "04-stopped.journal.json"));

        var entries = Read(GuestData.Text("guest", guest, $"04-stopped.journal.{form}"));

        Assert.Equal(recorded.Select(JournalText.PreciseFacts), entries.Select(JournalText.PreciseFacts));
    }

    [Fact]
    public void With_unit_has_the_writers_unit_in_place_of_the_identifier()
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "04-stopped.journal.json"));

        var entries = Read(GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.with-unit"));

        Assert.Equal(recorded.Select(entry => entry.Fields["_SYSTEMD_UNIT"]), entries.Select(entry => entry.Unit));
        Assert.Equal(recorded.Select(entry => entry.Pid), entries.Select(entry => entry.Pid));
        Assert.All(entries, entry => Assert.Null(entry.Identifier));
    }

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void The_verbose_form_has_all_that_json_has(string guest)
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", guest, "04-stopped.journal.json"));

        var entries = Read(GuestData.Text("guest", guest, "04-stopped.journal.verbose"));

        Assert.Equal(5, entries.Count);
        foreach (var entry in entries)
        {
            var same = Assert.Single(recorded, other => other.Cursor == entry.Cursor);
            Assert.Equal(JournalText.PreciseFacts(same), JournalText.PreciseFacts(entry));
            Assert.Equal(JournalText.Sent(same), entry.Time);
            Assert.Equal(same.Unit, entry.Unit);
            Assert.Equal(same.Priority, entry.Priority);
            Assert.Equal(same.BootId, entry.BootId);
            Assert.Equal(same.MessageId, entry.MessageId);
            foreach (var (name, value) in same.Fields.Where(field => !field.Key.StartsWith("__", StringComparison.Ordinal)))
                Assert.Equal(Shown(value), Shown(entry.Fields[name]));
        }

        static string? Shown(object? value) => value?.ToString()?.TrimEnd().Replace("\t", "        ", StringComparison.Ordinal);
    }

    [Fact]
    public void The_verbose_form_has_values_of_several_lines_and_fields_that_come_twice()
    {
        var entry = Assert.Single(Read("""
            Wed 2025-08-27 02:21:03.123456 UTC [s=a;i=1;b=2;m=3;t=4;x=5]
                _PID=1
                UNIT=buildkit.service
                _SYSTEMD_UNIT=init.scope
                MESSAGE=one
                         two

                        three
                DOGS=bark
                DOGS=bark again
            """));

        Assert.Equal(" one\n two\n\nthree".Trim(), entry.Message);
        Assert.Equal("buildkit.service", entry.Unit);
        Assert.Equal("s=a;i=1;b=2;m=3;t=4;x=5", entry.Cursor);
        Assert.Equal(new object[] { "bark", "bark again" }, (object?[])entry.Fields["DOGS"]!);
        Assert.Equal(DateTimeOffset.Parse("2025-08-27T02:21:03.123456Z", null), entry.Time);
    }

    [Fact]
    public void Json_lines_are_entries_as_journalctl_has_them()
    {
        var text = GuestData.Text("guest", GuestData.Debian12, "08-hostile.json");
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "08-hostile.json"));

        var entries = Read(text);

        Assert.Equal(recorded.Select(entry => entry.Cursor), entries.Select(entry => entry.Cursor));
        Assert.Equal(recorded.Select(JournalText.PreciseFacts), entries.Select(JournalText.PreciseFacts));
    }

    [Fact]
    public void What_journalctl_does_not_print_as_text_is_as_it_prints_it()
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "08-hostile.json-all"));

        var entries = Read(GuestData.Text("guest", GuestData.Debian12, "08-hostile.short"));

        Assert.Equal(recorded.Count, entries.Count);
        Assert.Equal("ansi red tab        here", entries[12].Message);
        Assert.Equal("[15B blob data]", entries[13].Message);
        Assert.Equal(48 * 1024, entries[16].Message!.Length);
        Assert.Equal(recorded[18].Pid, entries[18].Pid);
    }

    [Fact]
    public void A_message_with_its_middle_left_out_stays_so()
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "04-stopped.journal.json"));

        var entries = Read(GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.short-no-full"));

        Assert.Equal(recorded.Count, entries.Count);
        Assert.Contains(entries, entry => entry.Message!.Contains('…', StringComparison.Ordinal));
        foreach (var (whole, shown) in recorded.Zip(entries))
        {
            var parts = shown.Message!.Split('…');
            Assert.StartsWith(parts[0], whole.Message, StringComparison.Ordinal);
            Assert.EndsWith(parts[^1], whole.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_zone_is_needed_where_an_abbreviation_names_none()
    {
        var utc = Read(GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.short-full"));
        var lines = GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.short-full-berlin").TrimEnd('\n').Split('\n');

        var unknown = DaemonLog.Read(lines).ToArray();
        Assert.All(unknown, entry => Assert.False(entry.TimeIsCertain));
        Assert.Equal(utc[0].Time + TimeSpan.FromHours(1), unknown[0].Time);

        var cet = TimeZoneInfo.CreateCustomTimeZone("cet", TimeSpan.FromHours(1), null, null);
        var known = DaemonLog.Read(lines, cet).ToArray();
        Assert.All(known, entry => Assert.True(entry.TimeIsCertain));
        Assert.Equal(utc.Select(JournalText.Facts), known.Select(JournalText.Facts));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Lines_that_a_terminal_broke_are_whole_again(int columns)
    {
        var text = GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.short");
        var broken = text.TrimEnd('\n').Split('\n').SelectMany(line => line.Chunk(columns)).Select(part => new string(part));

        Assert.Equal(
            Read(text).Select(JournalText.Facts), DaemonLog.Read(broken, now: Now).Select(JournalText.Facts));
    }

    [Theory]
    [InlineData("v0.3.0")]
    [InlineData("v0.4.0")]
    [InlineData("v0.12.4")]
    [InlineData("v0.32.2")]
    public void No_line_of_a_daemons_own_log_is_lost(string version)
    {
        var lines = GuestData.Text("buildkitd", $"{version}.log").TrimEnd('\n').Split('\n');

        var entries = DaemonLog.Read(lines, now: Now).ToArray();

        Assert.Equal(
            lines.Where(line => line.Length > 0), entries.SelectMany(entry => entry.Message!.Split('\n')).Where(line => line.Length > 0));
        var logrus = lines.Count(line => line.StartsWith("time=\"", StringComparison.Ordinal));
        Assert.Equal(logrus, entries.Count(entry => entry.Level is not null));
        Assert.All(entries.Where(entry => entry.Level is not null), entry =>
        {
            Assert.Equal(entry.LogTime, entry.Time);
            Assert.True(entry.TimeIsCertain);
        });
        Assert.Contains(entries, entry => entry.Attributes.ContainsKey("labels"));
        Assert.All(entries, entry => Assert.Null(entry.Unit));
    }

    [Fact]
    public void A_message_of_version_0_3_has_its_stack_trace()
    {
        var entries = Read(GuestData.Text("buildkitd", "v0.3.0.log"));

        var failed = entries.First(entry => entry.LogMessage?.Contains("exit code: 7", StringComparison.Ordinal) == true);
        Assert.Equal(LogrusLevel.Error, failed.Level);
        Assert.Contains("executor.go:270\ngithub.com/moby/buildkit/solver/", failed.LogMessage, StringComparison.Ordinal);
        Assert.EndsWith("\n\truntime/asm_amd64.s:1594", failed.LogMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(entries, entry => entry.Message!.StartsWith('\t'));
    }

    [Fact]
    public void A_panic_is_one_entry()
    {
        var entries = Read(GuestData.Text("buildkitd", "v0.4.0.log"));

        var panics = entries.Where(entry => entry.Message!.StartsWith("panic: ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, panics.Length);
        Assert.All(panics, panic =>
        {
            Assert.Contains("\n\ngoroutine 1 [running]:\nmain.main()\n\t", panic.Message, StringComparison.Ordinal);
            Assert.Null(panic.Level);
            Assert.False(panic.TimeIsCertain);
        });
        Assert.Equal(entries[Array.IndexOf([.. entries], panics[0]) - 1].Time, panics[0].Time);
    }

    [Fact]
    public void What_a_daemon_says_as_it_ends_has_its_stack_trace()
    {
        var entries = Read(GuestData.Text("buildkitd", "v0.32.2.log"));

        Assert.Equal(
            "buildkitd: got SIGTERM/SIGINT, forcing shutdown\n" +
            "github.com/moby/buildkit/util/appcontext.initContexts.func1.1\n" +
            "\tgithub.com/moby/buildkit/util/appcontext/appcontext.go:53\n" +
            "runtime.goexit\n" +
            "\truntime/asm_amd64.s:1771",
            Assert.Single(entries, entry => entry.Message!.StartsWith("buildkitd: ", StringComparison.Ordinal)).Message);
    }

    [Fact]
    public void A_stack_trace_does_not_change_a_message_before_it()
    {
        var entries = Read("""
            time="2025-08-27T02:21:04Z" level=error msg="a \"b\""
            main.main()
            	/x/main.go:1
            sync.(*Once).Do(0xc0, {0x1, 0x2})
            created by main.run
            main.go is a file
            """);

        Assert.Equal(["a \"b\"", null, null], entries.Select(entry => entry.LogMessage));
        Assert.Equal("main.main()\n\t/x/main.go:1\nsync.(*Once).Do(0xc0, {0x1, 0x2})\ncreated by main.run", entries[1].Message);
        Assert.Equal("main.go is a file", entries[2].Message);
    }

    [Fact]
    public void Any_mixture_is_read()
    {
        var entries = Read("""
            starting
            time="2025-08-27T02:21:04Z" level=info msg="running server"
            Aug 27 02:21:05 host buildkitd[272]: time="2025-08-27T02:21:05.5Z" level=debug msg=one
            2025-08-27T02:21:06+0000 host systemd[1]: Stopped.
            2025-08-27T02:21:06.000001+00:00 host kernel: oops
            2025-08-27T02:21:07.123456789Z time="2025-08-27T02:21:07Z" level=warning msg="docker logs -t"
            2025-08-27T02:21:08.000000000Z a line: of another program
            buildkitd-1  | a line of compose
            -- Boot 833100c194764c25b9c3d2bd9f1e4c71 --
            {"log":"a line of Docker's own file\n"}
            {"MESSAGE":"json","__REALTIME_TIMESTAMP":"1756261270000000"}
            buildkitd: context canceled
            """);

        Assert.Equal(
            [
                "starting", "time=\"2025-08-27T02:21:04Z\" level=info msg=\"running server\"",
                "time=\"2025-08-27T02:21:05.5Z\" level=debug msg=one", "Stopped.", "oops",
                "time=\"2025-08-27T02:21:07Z\" level=warning msg=\"docker logs -t\"", "a line: of another program",
                "buildkitd-1  | a line of compose", "{\"log\":\"a line of Docker's own file\\n\"}", "json",
                "buildkitd: context canceled",
            ],
            entries.Select(entry => entry.Message));
        Assert.Equal(
            [
                "2026-11-25 00:00:00", "2025-08-27 02:21:04", "2026-08-27 02:21:05", "2025-08-27 02:21:06", "2025-08-27 02:21:06",
                "2025-08-27 02:21:07", "2025-08-27 02:21:08", "2025-08-27 02:21:08", "2025-08-27 02:21:08", "2025-08-27 02:21:10",
                "2025-08-27 02:21:10",
            ],
            entries.Select(entry => entry.Time.ToString("yyyy-MM-dd HH:mm:ss", null)));
        Assert.Equal(
            [false, true, true, true, true, true, true, false, false, true, false], entries.Select(entry => entry.TimeIsCertain));
        Assert.Equal(LogrusLevel.Warning, entries[5].Level);
        Assert.Equal(1234567, entries[5].Time.Ticks % TimeSpan.TicksPerSecond);
        Assert.Null(entries[6].Identifier);
        Assert.Equal("kernel", entries[4].Identifier);
        Assert.Equal("starting", entries[0].ToString());
    }

    [Fact]
    public void A_line_of_logrus_is_never_the_rest_of_another()
    {
        var wide = $"Aug 27 02:21:05 host x[1]: {new string('x', 100)}";

        Assert.Equal(2, Read($"{wide}\ntime=\"2025-08-27T02:21:04Z\" level=info msg=y").Count);
        Assert.Single(Read($"{wide}\nrest"));
        Assert.Equal(2, Read($"{wide}>\nrest").Count);
        Assert.Equal(2, Read($"{wide}\n\nrest").Count);
        Assert.Equal(3, Read($"{wide}\nAug 27 02:21:05 host x[1]: y\nrest").Count);
    }

    [Fact]
    public void Colours_are_no_part_of_a_message() =>
        Assert.Equal("a b", Assert.Single(Read("\e[33mAug 27 02:21:05 host x[1]: a\e[0m b\r")).Message);

    [Theory]
    [InlineData("Aug 27 02:21:05 buildkitd[272]: no host", null, "buildkitd", 272, "no host")]
    [InlineData("Aug  7 02:21:05 host my daemon[1]: x", "host", "my daemon", 1, "x")]
    [InlineData("Aug 27 02:21:05 host a[b]: x", "host", "a[b]", null, "x")]
    [InlineData("Aug 27 02:21:05 host last message repeated 3 times", null, null, null, "host last message repeated 3 times")]
    [InlineData("Aug 27 02:21:05 host x[1]:", "host", "x", 1, "")]
    [InlineData("Aug 27 02:21:05", null, null, null, "")]
    [InlineData("Aug 27 02:21:05 ", null, null, null, "")]
    [InlineData("Aug 27 02:21:05 host x[99999999999]: y", "host", "x[99999999999]", null, "y")]
    public void The_parts_of_a_line_may_be_missing(string line, string? host, string? identifier, int? pid, string message)
    {
        var entry = Assert.Single(Read(line));

        Assert.Equal(host, entry.Host);
        Assert.Equal(identifier, entry.Identifier);
        Assert.Equal(pid, entry.Pid);
        Assert.Equal(message, entry.Message);
        Assert.Equal(8, entry.Time.Month);
    }

    [Theory]
    [InlineData("Aug 32 02:21:05 host x[1]: y")]
    [InlineData("Feb 30 02:21:05 host x[1]: y")]
    [InlineData("marras 11 15:19:32 host x[1]: y")]
    public void A_day_that_is_not_understood_is_not_certain(string line)
    {
        var entry = Assert.Single(Read(line));

        Assert.Equal("x", entry.Identifier);
        Assert.Equal(Now, entry.Time);
        Assert.False(entry.TimeIsCertain);
    }

    [Theory]
    [InlineData("Aug 27 25:21:05 host x[1]: y")]
    [InlineData("2025-13-27T02:21:06+0000 host x[1]: y")]
    [InlineData("2025-08-27T02:21:06+9900 host x[1]: y")]
    [InlineData("17562612.63 host x[1]: y")]
    [InlineData("Wed 2025-08-27 02:21 UTC host x[1]: y")]
    [InlineData("a 1 b")]
    [InlineData("  Aug 27 02:21:05 host x[1]: y")]
    public void A_line_without_a_time_is_a_message(string line)
    {
        var entry = Assert.Single(Read(line));

        Assert.Equal(line, entry.Message);
        Assert.Equal(["MESSAGE"], entry.Fields.Keys);
        Assert.Null(entry.Identifier);
    }

    [Fact]
    public void Entries_are_given_out_as_soon_as_the_next_begins()
    {
        var reader = new DaemonLogReader();
        var entries = new List<JournalEntry>();

        Assert.Empty(Add("Aug 27 02:21:05 host x[1]: a"));
        Assert.Empty(Add("                           b"));
        Assert.Equal(["a\nb"], Add("time=\"2025-08-27T02:21:04Z\" level=info msg=c"));
        Assert.Empty(Add(""));
        Assert.Equal(
            ["time=\"2025-08-27T02:21:04Z\" level=info msg=c", "json"],
            Add("""{"MESSAGE":"json","__REALTIME_TIMESTAMP":"1756261270000000"}"""));
        Assert.Empty(Add("d"));
        entries.Clear();
        reader.Complete(entries);
        Assert.Equal(("d", 1756261270), (Assert.Single(entries).Message, entries[0].Time.ToUnixTimeSeconds()));
        entries.Clear();
        reader.Complete(entries);
        Assert.Empty(entries);

        IEnumerable<string?> Add(string line)
        {
            entries.Clear();
            reader.Add(Encoding.UTF8.GetBytes(line), entries);
            return entries.Select(entry => entry.Message);
        }
    }

    [Fact]
    public void A_log_is_read_lazily()
    {
        var read = 0;
        var first = DaemonLog.Read(Lines()).First();

        Assert.Equal("line 1", first.Message);
        Assert.Equal(2, read);

        IEnumerable<string> Lines()
        {
            while (true)
                yield return $"line {++read}";
        }
    }

    [Fact]
    public void No_random_text_is_an_exception()
    {
        var random = new Random(1);
        var text = GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.verbose")[..4000] +
            GuestData.Text("guest", GuestData.Debian12, "04-stopped.journal.short")[..1000] +
            GuestData.Text("buildkitd", "v0.3.0.log")[..2000];
        const string interesting = "\n\n\r\t  ():;=/,.-\"'[]{}0123456789\u001b\ufffd\u0007\ud83d月";
        for (var run = 0; run < 500; run++)
        {
            var copy = text.ToCharArray();
            for (var change = 0; change < 100; change++)
                copy[random.Next(copy.Length)] = interesting[random.Next(interesting.Length)];
            foreach (var entry in Read(new string(copy)))
                _ = (entry.Fields, entry.Attributes, entry.ToString());
        }
    }

    // Each takes milliseconds; in time that grows with the square of the length it would be minutes.
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("(*")]
    [InlineData(": ")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("{")]
    [InlineData("\u001b]")]
    [InlineData("\n\tb")]
    [InlineData("\n    A=b")]
    [InlineData("\n                                      b")]
    [InlineData("\n\n")]
    [InlineData("\nAug 27 02:21:03 a b[1]: c")]
    [InlineData("\ntime=\"")]
    [InlineData("\nmain.main()")]
    public void Long_hostile_text_takes_linear_time(string piece)
    {
        var hostile = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        var wide = string.Concat(Enumerable.Repeat("\n" + new string('w', 80), 12_000));
        string[] starts =
        [
            "", "time=\"x\" level=info msg=\"", "Aug 27 02:21:03 h i[1]: ", "Aug 27 02:21:03 ",
            "Wed 2025-08-27 02:21:03 UTC [s=a]\n    A=b",
        ];
        foreach (var start in starts)
            _ = Read($"{start}{hostile}{wide}");
    }

    private static List<JournalEntry> Read(string text) => DaemonLog.Read(text.TrimEnd('\n').Split('\n'), now: Now).ToList();
}
