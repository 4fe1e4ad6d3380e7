using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>The properties that <c>systemctl status</c> prints about a unit.</summary>
internal sealed class StatusProperties(string id, string description, IReadOnlyList<StatusRow> rows)
{
    private static readonly string[] TypesWithResult =
        [".service", ".socket", ".mount", ".automount", ".swap", ".timer", ".path", ".scope"];

    // Of a unit whose age is cut off, the journal is within half a year of its time.
    private static readonly TimeSpan UnknownAge = TimeSpan.FromDays(182);

    private readonly StatusActive _active = new(First(rows, "Active"));

    /// <summary>The clock of the unit's journal, which systemctl prints without years and zones.</summary>
    public JournalClock Clock(TimeZoneInfo? zone, DateTimeOffset now)
    {
        if (!SystemdTimestamp.TryParseLocal(_active.Since, out var since, out var abbreviation))
            return JournalClock.At(now, zone);

        // In the zone of the reader a summer's journal stays right if the unit started in winter.
        var offset = SystemdTimestamp.ParseZone(abbreviation);
        var journalZone = offset is null || zone?.GetUtcOffset(since) == offset
            ? zone
            : TimeZoneInfo.CreateCustomTimeZone("printed", offset.Value, null, null);
        var isGuess = offset is null && zone is null;
        var age = _active.Age is { } known ? known + _active.AgeUnit : UnknownAge;
        return new JournalClock(journalZone, age > DateTime.MaxValue - since ? DateTime.MaxValue : since + age, isGuess);
    }

    public SystemdUnit ToUnit(TimeZoneInfo? zone)
    {
        var loaded = new StatusLoaded(First(rows, "Loaded"), id);
        var main = StatusMainPid.Parse(First(rows, "Main PID"));
        var tasks = First(rows, "Tasks");
        var memory = First(rows, "Memory");
        var unit = new SystemdUnit
        {
            Id = id,
            Description = description,
            LoadState = loaded.State,
            LoadError = loaded.Error,
            ActiveState = _active.State,
            SubState = _active.SubState,
            UnitFileState = loaded.UnitFileState,
            Preset = loaded.Preset,
            Result = Result(),
            FragmentPath = loaded.FragmentPath,
            SourcePath = loaded.SourcePath,
            DropInPaths = DropIns(),
            Since = SystemdTimestamp.Parse(_active.Since, zone),
            Duration = SystemdTimeSpan.Parse(First(rows, "Duration"), out _),
            MainPid = main.IsRunning ? main.Pid : null,
            LastMainPid = main.Pid,
            ExitCode = main.End.ExitCode,
            Signal = main.End.Signal,
            CoreDumped = main.End.CoreDumped,
            Commands = Commands(),
            StatusText = StatusText(),
            Tasks = Number(FirstWord(tasks)),
            TasksLimit = Number(Between(tasks, "(limit: ", ")")),
            MemoryBytes = SystemdSize.Parse(FirstWord(memory)),
            MemoryPeakBytes = MemoryPeak(memory),
            CpuTime = SystemdTimeSpan.Parse(First(rows, "CPU"), out _),
            TriggeredBy = Units("TriggeredBy"),
            Triggers = Units("Triggers"),
            Documentation = All("Docs").Where(IsWhole).ToArray(),
            Listen = All("Listen").Where(listen => listen.EndsWith(')')).ToArray(),
            Accepted = Number(FirstWord(First(rows, "Accepted")).TrimEnd(';')),
            Connections = Number(Between($"{First(rows, "Accepted")};", "Connected: ", ";")),
            ControlGroup = First(rows, "CGroup") is { Length: > 0 } path && IsWhole(path) ? path : null,
            Processes = Processes(main),
            InvocationId = First(rows, "Invocation") is { Length: 32 } invocation ? invocation : null,
        };
        return unit.IsActive ? unit with { Uptime = _active.Age } : unit;
    }

    // A pager marks by > where it cut a line, systemctl by dots.
    private static bool IsWhole(string value) =>
        value.Length > 0 && !value.EndsWith('>') && !value.EndsWith('…') && !value.EndsWith("...", StringComparison.Ordinal);

    private static string? First(IReadOnlyList<StatusRow> rows, string label)
    {
        foreach (var row in rows)
        {
            if (row.Label == label)
                return row.Value;
        }

        return null;
    }

    private IEnumerable<string> All(string label) => rows.Where(row => row.Label == label).Select(row => row.Value);

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(' ');
        return end < 0 ? text : text[..end];
    }

    // Without the end the rest is cut, and what is there may be half a value.
    private static ReadOnlySpan<char> Between(ReadOnlySpan<char> text, ReadOnlySpan<char> mark, ReadOnlySpan<char> ends)
    {
        var start = text.IndexOf(mark);
        if (start < 0)
            return [];
        text = text[(start + mark.Length)..];
        var end = text.IndexOfAny(ends);
        return end < 0 ? [] : text[..end];
    }

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // systemctl names a result only where it is not success; the other types of unit have none.
    private string? Result() => _active.Result
        ?? (_active.IsWhole && TypesWithResult.Any(type => id.EndsWith(type, StringComparison.Ordinal)) ? "success" : null);

    private long? MemoryPeak(ReadOnlySpan<char> memory)
    {
        var peak = Between(memory, "(peak: ", ",)");
        if (peak.IsEmpty)
            peak = Between(memory, ", peak: ", ",)");
        return SystemdSize.Parse(peak.IsEmpty ? FirstWord(First(rows, "Mem peak")) : peak);
    }

    // "/etc/systemd/system/x.service.d", and in the next line, behind a corner, "a.conf, b.conf"; then the next directory.
    private string[] DropIns()
    {
        var paths = new List<string>();
        var directory = "";
        foreach (var value in All("Drop-In"))
        {
            var names = value.AsSpan().TrimStart("└─`-|+ ");
            if (names.Length == value.Length)
            {
                directory = value;
                continue;
            }

            foreach (var name in names.ToString().Split(", ").Where(IsWhole))
                paths.Add(name.StartsWith('/') ? name : $"{directory}/{name}");
        }

        return paths.ToArray();
    }

    // Each has a dot before it that tells its state.
    private string[] Units(string label) => All(label)
        .Select(value => value[(value.LastIndexOf(' ') + 1)..])
        .Where(UnitName.IsComplete)
        .ToArray();

    private string? StatusText() => First(rows, "Status") switch
    {
        ['"', .. var text, '"'] => text,
        ['"', .. var cut] => cut,
        _ => null,
    };

    private UnitCommand[] Commands() => All("Process").Select(Command).OfType<UnitCommand>().ToArray();

    // 239 ExecStart=/usr/local/bin/buildkitd (code=killed, signal=KILL)
    private static UnitCommand? Command(string value)
    {
        var pidEnd = value.IndexOf(' ', StringComparison.Ordinal);
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        if (pidEnd < 0 || equals < pidEnd ||
            !int.TryParse(value.AsSpan(0, pidEnd), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return null;
        var end = value.LastIndexOf(" (code=", StringComparison.Ordinal);
        var ended = end < equals ? default : ProcessEnd.Parse(value.AsSpan(end + 1));
        return new UnitCommand
        {
            Pid = pid,
            Setting = value[(pidEnd + 1)..equals],
            CommandLine = end < equals ? value[(equals + 1)..] : value[(equals + 1)..end],
            ExitCode = ended.ExitCode,
            Signal = ended.Signal,
            CoreDumped = ended.CoreDumped,
        };
    }

    private ControlGroupProcess[] Processes(StatusMainPid main) => All("CGroup")
        .Skip(1)
        .Select(value => Process(value, main))
        .OfType<ControlGroupProcess>()
        .ToArray();

    // ├─ 239 /usr/local/bin/buildkitd; lines of groups below have a name in place of the number.
    private static ControlGroupProcess? Process(string value, StatusMainPid main)
    {
        var text = value.AsSpan().TrimStart("├└│─‣|`->+ ");
        var pidEnd = text.IndexOf(' ');
        return pidEnd > 0 && int.TryParse(text[..pidEnd], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? new ControlGroupProcess
            {
                Pid = pid,
                Name = pid == main.Pid ? main.Name : null,
                CommandLine = text[(pidEnd + 1)..].ToString(),
            }
            : null;
    }
}
