using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class SystemctlStatusTests
{
    public static TheoryData<string, string, string> Moments
    {
        get
        {
            var moments = new TheoryData<string, string, string>();
            foreach (var guest in new[] { GuestData.Debian12, GuestData.Debian13 })
            {
                foreach (var state in new[] { "01-running", "02-killed", "04-stopped", "06-badflag", "09-again" })
                {
                    foreach (var form in new[] { "status", "status-80", "status-full", "status-socket" })
                        moments.Add(guest, state, form);
                }
            }

            return moments;
        }
    }

    public static TheoryData<string, string> RecordedTexts
    {
        get
        {
            var texts = new TheoryData<string, string>();
            foreach (var moment in Moments)
                texts.Add(moment.Data.Item1, $"{moment.Data.Item2}.{moment.Data.Item3}");
            texts.Add(GuestData.Debian12, "05-masked.status");
            texts.Add(GuestData.Debian13, "05-masked.status");
            return texts;
        }
    }

    [Fact]
    public void The_session_in_a_markdown_page_is_read_whole()
    {
        var status = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", "seed-buildkit-v0.4.0.md")));

        Assert.Equal(
            new SystemdUnit
            {
                Id = "buildkit.service",
                Description = "BuildKit",
                LoadState = UnitLoadState.Loaded,
                FragmentPath = "/usr/local/lib/systemd/system/buildkit.service",
                UnitFileState = "enabled",
                Preset = "enabled",
                ActiveState = UnitActiveState.Active,
                SubState = "running",
                Result = "success",
                Since = new DateTimeOffset(2025, 8, 27, 2, 21, 3, TimeSpan.Zero),
                Uptime = new TimeSpan(0, 2, 12),
                MainPid = 272,
                LastMainPid = 272,
                Tasks = 10,
                TasksLimit = 2335,
                MemoryBytes = 163 * 1024 * 1024,
                ControlGroup = "/system.slice/buildkit.service",
                TriggeredBy = status.Unit.TriggeredBy,
                Triggers = status.Unit.Triggers,
                Documentation = status.Unit.Documentation,
                DropInPaths = status.Unit.DropInPaths,
                Listen = status.Unit.Listen,
                Commands = status.Unit.Commands,
                Processes = status.Unit.Processes,
            },
            status.Unit);
        Assert.Equal(["buildkit.socket"], status.Unit.TriggeredBy);
        Assert.Equal(["https://github.com/moby/buildkit"], status.Unit.Documentation);
        Assert.Equal(
            [new ControlGroupProcess { Pid = 272, Name = "buildkitd", CommandLine = "/usr/local/bin/buildkitd" }],
            status.Unit.Processes);
        Assert.Equal(7, status.Journal.Count);
    }

    [Fact]
    public void A_word_that_the_terminal_broke_is_whole_again()
    {
        var entry = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", "seed-buildkit-v0.4.0.md"))).Journal[2];

        Assert.Equal(new DateTimeOffset(2025, 8, 27, 2, 21, 4, TimeSpan.Zero), entry.Time);
        Assert.True(entry.TimeIsCertain);
        Assert.Equal("buildkit-0-4-0", entry.Host);
        Assert.Equal("buildkitd", entry.Identifier);
        Assert.Equal(272, entry.Pid);
        Assert.Equal("buildkit.service", entry.Unit);
        Assert.Equal(LogrusLevel.Info, entry.Level);
        Assert.StartsWith("found worker \"op3x6okojmvz6qmnaoozn699f\", ", entry.LogMessage, StringComparison.Ordinal);
        var labels = (IReadOnlyDictionary<string, object?>)entry.Attributes["labels"]!;
        Assert.Equal(3, labels.Count);
        Assert.Equal("oci", labels["org.mobyproject.buildkit.worker.executor"]);
        Assert.Equal("buildkit-0-4-0", labels["org.mobyproject.buildkit.worker.hostname"]);
        Assert.Equal("overlayfs", labels["org.mobyproject.buildkit.worker.snapshotter"]);
        Assert.Equal(["linux/amd64"], (string[])entry.Attributes["platforms"]!);
        Assert.Equal(["MESSAGE", "SYSLOG_IDENTIFIER", "_PID", "_HOSTNAME"], entry.Fields.Keys);
        Assert.Equal("272", entry.Fields["_PID"]);
        Assert.Null(entry.Cursor);
        Assert.Null(entry.BootId);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void Prose_tells_the_same_as_properties_of_the_same_moment(string guest, string state, string form)
    {
        var index = form == "status-socket" ? 1 : 0;
        var shown = SystemctlShow.Parse(GuestData.Text("guest", guest, $"{state}.show"))[index];

        var unit = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", guest, $"{state}.{form}"))).Unit;

        Assert.Equal(shown.Id, unit.Id);
        Assert.Equal(shown.Description, unit.Description);
        Assert.Equal(shown.LoadState, unit.LoadState);
        Assert.Equal(shown.LoadError, unit.LoadError);
        Assert.Equal(shown.FragmentPath, unit.FragmentPath);
        Assert.Equal(shown.SourcePath, unit.SourcePath);
        Assert.Equal(shown.UnitFileState, unit.UnitFileState);
        Assert.Equal(shown.Preset, unit.Preset);
        Assert.Equal(shown.DropInPaths, unit.DropInPaths);
        Assert.Equal(shown.ActiveState, unit.ActiveState);
        Assert.Equal(shown.Result, unit.Result);
        Assert.Equal(shown.Since, unit.Since);
        Assert.Equal(Milliseconds(shown.Duration), unit.Duration);
        Assert.Equal(shown.LastMainPid, unit.LastMainPid);
        Assert.Equal(shown.MainPid, unit.MainPid);
        Assert.Equal(shown.ExitCode, unit.ExitCode);
        Assert.Equal(shown.Signal, unit.Signal);
        Assert.Equal(shown.CoreDumped, unit.CoreDumped);
        Assert.Equal(shown.StatusText, unit.StatusText);
        Assert.Equal(shown.Tasks, unit.Tasks);
        Assert.Equal(shown.Tasks is null ? null : shown.TasksLimit, unit.TasksLimit);
        Assert.Equal(Milliseconds(shown.CpuTime), unit.CpuTime);
        AssertCut(shown.MemoryPeakBytes, unit.MemoryPeakBytes);
        Assert.Equal(shown.TriggeredBy, unit.TriggeredBy);
        Assert.Equal(shown.Triggers, unit.Triggers);
        Assert.Equal(shown.Documentation, unit.Documentation);
        Assert.Equal(shown.Listen, unit.Listen);
        Assert.Equal(shown.ControlGroup, unit.ControlGroup);
        Assert.Equal(guest == GuestData.Debian13 ? shown.InvocationId : null, unit.InvocationId);
        Assert.Equal(unit.IsActive, unit.Uptime is not null);
    }

    [Theory]
    [InlineData(GuestData.Debian12, "01-running")]
    [InlineData(GuestData.Debian12, "09-again")]
    [InlineData(GuestData.Debian13, "01-running")]
    [InlineData(GuestData.Debian13, "09-again")]
    public void Memory_is_cut_to_a_tenth_of_its_unit(string guest, string state)
    {
        var shown = SystemctlShow.Parse(GuestData.Text("guest", guest, $"{state}.show"))[0];

        var unit = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", guest, $"{state}.status"))).Unit;

        Assert.NotNull(unit.MemoryBytes);
        AssertCut(shown.MemoryBytes, unit.MemoryBytes);
        Assert.Equal(unit.MainPid, Assert.Single(unit.Processes).Pid);
        Assert.Equal("buildkitd", unit.Processes[0].Name);
        Assert.StartsWith("/usr/local/bin/buildkitd", unit.Processes[0].CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GuestData.Debian12, "01-running", 7)]
    [InlineData(GuestData.Debian12, "02-killed", 10)]
    [InlineData(GuestData.Debian12, "04-stopped", 10)]
    [InlineData(GuestData.Debian12, "06-badflag", 5)]
    [InlineData(GuestData.Debian13, "01-running", 10)]
    [InlineData(GuestData.Debian13, "02-killed", 10)]
    [InlineData(GuestData.Debian13, "04-stopped", 10)]
    [InlineData(GuestData.Debian13, "06-badflag", 4)]
    public void The_journal_is_the_end_of_the_recorded_one(string guest, string state, int count)
    {
        var recorded = JournalParser.ParseLines(GuestData.Bytes("guest", guest, $"{state}.journal.json"));

        var journal = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", guest, $"{state}.status"))).Journal;

        Assert.Equal(count, journal.Count);
        Assert.Equal(
            recorded.TakeLast(count).Select(JournalText.Facts).Order(), journal.Select(JournalText.Facts).Order());
        Assert.All(journal, entry => Assert.Equal("buildkit.service", entry.Unit));
        Assert.All(journal, entry => Assert.True(entry.TimeIsCertain));
    }

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void A_killed_service_tells_the_command_that_was_killed(string guest)
    {
        var unit = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", guest, "02-killed.status"))).Unit;

        var command = Assert.Single(unit.Commands);
        Assert.Equal("ExecStart", command.Setting);
        Assert.StartsWith("/usr/local/bin/buildkitd", command.CommandLine, StringComparison.Ordinal);
        Assert.Equal(unit.LastMainPid, command.Pid);
        Assert.Equal("SIGKILL", command.SignalName);
        Assert.Null(command.ExitCode);
    }

    [Theory]
    [InlineData(GuestData.Debian12)]
    [InlineData(GuestData.Debian13)]
    public void A_masked_unit_tells_why_and_how_it_ended(string guest)
    {
        var unit = Assert.Single(SystemctlStatus.Parse(GuestData.Text("guest", guest, "05-masked.status"))).Unit;

        Assert.Equal(UnitLoadState.Masked, unit.LoadState);
        Assert.Equal("Unit buildkit.service is masked.", unit.LoadError);
        Assert.Equal("buildkit.service", unit.Description);
        Assert.Null(unit.FragmentPath);
        Assert.Null(unit.UnitFileState);
        Assert.Equal("exit-code", unit.Result);
        Assert.Equal("failed", unit.SubState);
        Assert.Equal(1, unit.ExitCode);
    }

    [Theory]
    [InlineData(GuestData.Debian12, "07-absent.status.err")]
    [InlineData(GuestData.Debian12, "system-status")]
    [InlineData(GuestData.Debian13, "system-status")]
    [InlineData(GuestData.Debian13, "01-running.show")]
    public void Text_about_no_unit_gives_none(string guest, string file) =>
        Assert.Empty(SystemctlStatus.Parse(GuestData.Text("guest", guest, file)));

    [Fact]
    public void Several_units_keep_their_order()
    {
        var text = GuestData.Text("guest", GuestData.Debian13, "01-running.status") + "\n" +
            GuestData.Text("guest", GuestData.Debian13, "04-stopped.status-socket") + "\n" +
            GuestData.Text("guest", GuestData.Debian13, "02-killed.status");

        var statuses = SystemctlStatus.Parse(text);

        Assert.Equal(
            ["buildkit.service", "buildkit.socket", "buildkit.service"], statuses.Select(status => status.Unit.Id));
        Assert.Equal([10, 5, 10], statuses.Select(status => status.Journal.Count));
    }

    [Theory]
    [MemberData(nameof(RecordedTexts))]
    public void A_terminal_of_any_width_breaks_nothing(string guest, string file)
    {
        var text = GuestData.Text("guest", guest, file);
        var expected = Assert.Single(SystemctlStatus.Parse(text));

        foreach (var columns in new[] { 80, 100, 132, 211 })
        {
            var broken = Assert.Single(SystemctlStatus.Parse(Break(text, columns)));

            Assert.Equal(expected.Journal.Select(JournalText.Facts), broken.Journal.Select(JournalText.Facts));
            AssertSame(expected.Unit, broken.Unit);
        }
    }

    [Theory]
    [MemberData(nameof(RecordedTexts))]
    public void No_prefix_of_a_text_is_an_exception(string guest, string file)
    {
        var text = GuestData.Text("guest", guest, file);
        var expected = Assert.Single(SystemctlStatus.Parse(text)).Unit;
        for (var length = 0; length < text.Length; length++)
        {
            foreach (var status in SystemctlStatus.Parse(text[..length]))
            {
                // What is there is what the whole text says: nothing is made of half a value.
                Assert.Equal(expected.Id, status.Unit.Id);
                AssertNullOr(expected.FragmentPath, status.Unit.FragmentPath);
                AssertNullOr(expected.UnitFileState, status.Unit.UnitFileState);
                AssertNullOr(expected.Preset, status.Unit.Preset);
                AssertNullOr(expected.Since, status.Unit.Since);
                AssertNullOr(expected.Signal, status.Unit.Signal);
                AssertNullOr(expected.ExitCode, status.Unit.ExitCode);
                AssertNullOr(expected.TasksLimit, status.Unit.TasksLimit);
                AssertNullOr(expected.MemoryPeakBytes, status.Unit.MemoryPeakBytes);
                AssertNullOr(expected.InvocationId, status.Unit.InvocationId);
            }
        }
    }

    [Fact]
    public void No_random_text_is_an_exception()
    {
        var random = new Random(1);
        var text = GuestData.Text("guest", GuestData.Debian13, "02-killed.status");
        const string interesting = "\n\n\r\t  ():;=/,.-●×○└├│─>…\"'[]0123456789\u001b\ufffd\u0007\ud83d月";
        for (var run = 0; run < 2000; run++)
        {
            var copy = text.ToCharArray();
            for (var change = 0; change < 40; change++)
                copy[random.Next(copy.Length)] = interesting[random.Next(interesting.Length)];
            foreach (var entry in SystemctlStatus.Parse(new string(copy)).SelectMany(status => status.Journal))
                _ = (entry.Fields, entry.Attributes);
        }
    }

    // Each takes milliseconds; in time that grows with the square of the length it would be minutes.
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("(")]
    [InlineData("; ")]
    [InlineData(": ")]
    [InlineData("● ")]
    [InlineData("\n")]
    [InlineData("> ")]
    [InlineData("\nx.service")]
    [InlineData("\n● x.service - y")]
    [InlineData("\n● x.service - y\n")]
    [InlineData("\n             ├─1 a")]
    [InlineData("\n   Active: active")]
    [InlineData("\nAug 27 02:21:03 a b[1]: c")]
    [InlineData("\n-- Boot")]
    public void Long_hostile_text_takes_linear_time(string piece)
    {
        var hostile = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        var wide = string.Concat(Enumerable.Repeat(new string('w', 79) + "\n", 12_000));
        foreach (var start in new[] { "", "Loaded: ", "Active: ", "CGroup: ", "Process: 1 ", "\nAug 27 02:21:03 h i[1]: " })
            _ = SystemctlStatus.Parse($"● x.service - y\n     Loaded: loaded\n{start}{hostile}{wide}");
    }

    private static TimeSpan? Milliseconds(TimeSpan? span) =>
        span is { } known ? TimeSpan.FromMilliseconds(Math.Floor(known.TotalMilliseconds)) : null;

    private static void AssertCut(long? exact, long? cut)
    {
        Assert.Equal(exact is null, cut is null);
        if (exact is { } known)
            Assert.InRange(cut!.Value, known - (1024 * 1024 / 10), known);
    }

    private static void AssertNullOr<T>(T expected, T actual)
    {
        if (actual is not null)
            Assert.Equal(expected, actual);
    }

    private static void AssertSame(SystemdUnit expected, SystemdUnit actual)
    {
        Assert.Equal(expected.Processes, actual.Processes);
        Assert.Equal(expected.Commands, actual.Commands);
        Assert.Equal(expected.DropInPaths, actual.DropInPaths);
        Assert.Equal(expected.Documentation, actual.Documentation);
        Assert.Equal(expected.TriggeredBy, actual.TriggeredBy);
        Assert.Equal(expected.Triggers, actual.Triggers);
        Assert.Equal(expected.Listen, actual.Listen);
        Assert.Equal(
            expected,
            actual with
            {
                Processes = expected.Processes,
                Commands = expected.Commands,
                DropInPaths = expected.DropInPaths,
                Documentation = expected.Documentation,
                TriggeredBy = expected.TriggeredBy,
                Triggers = expected.Triggers,
                Listen = expected.Listen,
            });
    }

    private static string Break(string text, int columns) => string.Join(
        '\n', text.Split('\n').SelectMany(line => line.Length == 0 ? [""] : line.Chunk(columns).Select(part => new string(part))));
}
