using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>
/// Reads <c>systemctl show</c>. Ask it with <c>LC_ALL=C TZ=UTC0 systemctl show --no-pager -p PROPERTIES -- UNIT…</c>:
/// systemctl formats times in its own process's zone, and <c>--timestamp=</c> exists only since systemd 247.
/// </summary>
public static class SystemctlShow
{
    /// <summary>The properties to ask for. A systemd that lacks one leaves it out without an error.</summary>
    public static IReadOnlyList<string> Properties { get; } =
    [
        "Id", "Description", "LoadState", "LoadError", "ActiveState", "SubState", "UnitFileState", "UnitFilePreset",
        "Result", "FragmentPath", "SourcePath", "DropInPaths", "ActiveEnterTimestamp", "ActiveEnterTimestampMonotonic",
        "ActiveExitTimestamp", "ActiveExitTimestampMonotonic", "InactiveEnterTimestamp", "InactiveExitTimestamp",
        "MainPID", "ExecMainPID", "ExecMainStartTimestamp", "ExecMainExitTimestamp", "ExecMainCode", "ExecMainStatus",
        "StatusText", "NRestarts", "TasksCurrent", "TasksMax", "MemoryCurrent", "MemoryPeak", "CPUUsageNSec",
        "TriggeredBy", "Triggers", "Documentation", "Listen", "NAccepted", "NConnections", "ControlGroup",
        "InvocationID",
    ];

    /// <summary>Reads the units, which an empty line separates. Text that names no unit gives none.</summary>
    /// <param name="text">The output.</param>
    /// <param name="sinceBoot">
    /// The guest's monotonic clock when it was printed (the first number of <c>/proc/uptime</c>), from which
    /// <see cref="SystemdUnit.Uptime"/> is reckoned; null leaves that null.
    /// </param>
    /// <returns>The units, in the order of the text.</returns>
    public static IReadOnlyList<SystemdUnit> Parse(string text, TimeSpan? sinceBoot = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var units = new List<SystemdUnit>();
        var properties = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var shown in text.Split('\n'))
        {
            var line = shown.TrimEnd('\r');
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.Length == 0)
                Flush();
            else if (equals > 0)
                Add(line[..equals], line[(equals + 1)..]);
        }

        Flush();
        return units.ToArray();

        void Add(string name, string value)
        {
            if (!properties.TryGetValue(name, out var values))
                properties.Add(name, values = []);
            values.Add(value);
        }

        void Flush()
        {
            if (new ShownProperties(properties).ToUnit(sinceBoot) is { } unit)
                units.Add(unit);
            properties.Clear();
        }
    }

    private readonly struct ShownProperties(Dictionary<string, List<string>> values)
    {
        public SystemdUnit? ToUnit(TimeSpan? sinceBoot)
        {
            if (Text("Id") is not { } id)
                return null;
            var activeState = UnitStates.Active(Text("ActiveState"));
            var (exitCode, signal, coreDumped) = LastExit();
            var unit = new SystemdUnit
            {
                Id = id,
                Description = Text("Description"),
                LoadState = UnitStates.Load(Text("LoadState")),
                LoadError = LoadError(),
                ActiveState = activeState,
                SubState = Text("SubState"),
                UnitFileState = Text("UnitFileState"),
                Preset = Text("UnitFilePreset"),
                Result = Text("Result"),
                FragmentPath = Text("FragmentPath"),
                SourcePath = Text("SourcePath"),
                DropInPaths = Words("DropInPaths"),
                Since = Time(SinceProperty(activeState)),
                MainPid = Pid("MainPID"),
                LastMainPid = Pid("ExecMainPID"),
                MainStarted = Time("ExecMainStartTimestamp"),
                MainExited = Time("ExecMainExitTimestamp"),
                ExitCode = exitCode,
                Signal = signal,
                CoreDumped = coreDumped,
                StatusText = Text("StatusText"),
                Restarts = (int?)Number("NRestarts", int.MaxValue),
                Tasks = Number("TasksCurrent"),
                TasksLimit = Number("TasksMax"),
                MemoryBytes = Number("MemoryCurrent"),
                MemoryPeakBytes = Number("MemoryPeak"),
                CpuTime = Number("CPUUsageNSec") is { } nanoseconds
                    ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
                    : null,
                TriggeredBy = Words("TriggeredBy"),
                Triggers = Words("Triggers"),
                Documentation = Words("Documentation"),
                Listen = Listen(),
                Accepted = Number("NAccepted"),
                Connections = Number("NConnections"),
                ControlGroup = Text("ControlGroup"),
                InvocationId = Text("InvocationID"),
            };
            return unit.IsActive ? unit with { Uptime = Uptime(sinceBoot) } : unit with { Duration = Duration() };
        }

        // The choice of `systemctl status` (print_status_info in systemctl-show.c).
        private static string SinceProperty(UnitActiveState state) => state switch
        {
            UnitActiveState.Active or UnitActiveState.Reloading or UnitActiveState.Refreshing => "ActiveEnterTimestamp",
            UnitActiveState.Inactive or UnitActiveState.Failed => "InactiveEnterTimestamp",
            UnitActiveState.Activating => "InactiveExitTimestamp",
            _ => "ActiveExitTimestamp",
        };

        // systemctl writes [unprintable] for a text with a newline in it.
        private string? Text(string name) =>
            values.TryGetValue(name, out var all) && all[^1] is { Length: > 0 } text && text != "[unprintable]"
                ? text
                : null;

        private DateTimeOffset? Time(string name) => SystemdTimestamp.Parse(Text(name));

        // "[not set]", "infinity" and 2^64-1, which older versions print for both, are no numbers here.
        private long? Number(string name, long largest = long.MaxValue)
        {
            var parsed = ulong.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            return parsed && number <= (ulong)largest ? (long)number : null;
        }

        private int? Pid(string name) => Number(name, int.MaxValue) is { } pid and > 0 ? (int)pid : null;

        private string[] Words(string name) => values.TryGetValue(name, out var all)
            ? all.SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray()
            : [];

        // One line each: "Listen=/run/x.sock (Stream)", and before systemd 239 "ListenStream=/run/x.sock".
        private string[] Listen()
        {
            var listen = new List<string>();
            foreach (var (name, addresses) in values)
            {
                if (!name.StartsWith("Listen", StringComparison.Ordinal))
                    continue;
                var kind = name["Listen".Length..];
                listen.AddRange(addresses.Where(a => a.Length > 0).Select(a => kind.Length == 0 ? a : $"{a} ({kind})"));
            }

            return listen.ToArray();
        }

        // The bus error's name, then its message in quotes; older versions print two empty texts when there is none.
        private string? LoadError()
        {
            var error = Text("LoadError");
            var quote = error?.IndexOf('"', StringComparison.Ordinal) ?? -1;
            var message = quote < 0 ? error : error![(quote + 1)..].TrimEnd('"', ' ');
            return string.IsNullOrWhiteSpace(message) ? null : message;
        }

        // ExecMainCode is si_code of SIGCHLD: 1 exited, 2 killed, 3 dumped; 0 while the process runs.
        private (int? ExitCode, int? Signal, bool CoreDumped) LastExit()
        {
            var status = (int?)Number("ExecMainStatus", int.MaxValue);
            return Number("ExecMainCode") switch
            {
                1 => (status, null, false),
                2 => (null, status, false),
                3 => (null, status, true),
                _ => default,
            };
        }

        private TimeSpan? Uptime(TimeSpan? sinceBoot) =>
            Monotonic("ActiveEnterTimestampMonotonic") is { } entered && sinceBoot >= entered
                ? sinceBoot - entered
                : null;

        private TimeSpan? Duration() =>
            Monotonic("ActiveEnterTimestampMonotonic") is { } entered &&
            Monotonic("ActiveExitTimestampMonotonic") is { } left && left >= entered
                ? left - entered
                : null;

        private TimeSpan? Monotonic(string name) =>
            Number(name, long.MaxValue / TimeSpan.TicksPerMicrosecond) is { } microseconds and > 0
                ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
                : null;
    }
}
