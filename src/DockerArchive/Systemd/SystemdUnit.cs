namespace DockerArchive.Systemd;

/// <summary>
/// A unit's state as <c>systemctl show</c> or <c>systemctl status</c> printed it (systemd 229 to 257). A property that
/// the guest's version lacks, or has not set, or that the text does not tell, is null.
/// </summary>
public sealed record SystemdUnit
{
    /// <summary>The unit's main name (<c>Id</c>), such as <c>buildkit.service</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What the unit file says it is.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the definition could be read.</summary>
    public UnitLoadState LoadState { get; init; }

    /// <summary>Why it could not be read, in systemd's words; null when it could.</summary>
    public string? LoadError { get; init; }

    /// <summary>What the unit is doing.</summary>
    public UnitActiveState ActiveState { get; init; }

    /// <summary>
    /// The state in the words of the unit's type: <c>running</c>, <c>auto-restart</c>, <c>listening</c>, <c>dead</c>.
    /// </summary>
    public string? SubState { get; init; }

    /// <summary>Whether it is started at boot: <c>enabled</c>, <c>disabled</c>, <c>static</c>, <c>masked</c>.</summary>
    public string? UnitFileState { get; init; }

    /// <summary>
    /// What the distribution would choose for it (<c>UnitFilePreset</c>): <c>enabled</c> or <c>disabled</c>.
    /// </summary>
    public string? Preset { get; init; }

    /// <summary>
    /// How the last run went: <c>success</c>, <c>exit-code</c>, <c>signal</c>, <c>core-dump</c>, <c>timeout</c>,
    /// <c>oom-kill</c>, <c>start-limit-hit</c>, <c>service-start-limit-hit</c>.
    /// </summary>
    public string? Result { get; init; }

    /// <summary>Path of the unit file in the guest.</summary>
    public string? FragmentPath { get; init; }

    /// <summary>
    /// Path of the file that a generator made the unit from: <c>/etc/fstab</c>, <c>/etc/init.d/docker</c>. Where there
    /// is one, <c>systemctl status</c> names it in place of <see cref="FragmentPath"/>.
    /// </summary>
    public string? SourcePath { get; init; }

    /// <summary>Paths of the files that change the unit file's settings.</summary>
    public IReadOnlyList<string> DropInPaths { get; init; } = [];

    /// <summary>
    /// When the unit entered its present state, by the guest's clock, in UTC; what <c>systemctl status</c> calls
    /// "since".
    /// </summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// How long it has been active, by the guest's monotonic clock; null when it is not active. As
    /// <c>systemctl status</c> prints it, it is cut to whole seconds below five minutes, to minutes below six hours, to
    /// hours below two days, then to days and months.
    /// </summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>
    /// How long the last run was active, to the microsecond (in <c>systemctl status</c>, since systemd 252, to the
    /// millisecond); null while it is active.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Process id of the running main process; null when none runs.</summary>
    public int? MainPid { get; init; }

    /// <summary>Process id of the main process of the last run, running or not (<c>ExecMainPID</c>).</summary>
    public int? LastMainPid { get; init; }

    /// <summary>When the main process of the last run started, in UTC.</summary>
    public DateTimeOffset? MainStarted { get; init; }

    /// <summary>When the main process of the last run ended, in UTC; null while it runs.</summary>
    public DateTimeOffset? MainExited { get; init; }

    /// <summary>Exit code of the main process of the last run; null while it runs or when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal that ended the main process of the last run; null otherwise.</summary>
    public int? Signal { get; init; }

    /// <summary>Name of <see cref="Signal"/>, such as <c>SIGKILL</c>.</summary>
    public string? SignalName => LinuxSignal.Name(Signal);

    /// <summary>Whether the signal left a core dump.</summary>
    public bool CoreDumped { get; init; }

    /// <summary>
    /// The commands of the unit that ended (<c>ExecStartPre=</c>, <c>ExecStart=</c>, <c>ExecStop=</c>), as
    /// <c>systemctl status</c> lists them; empty from <c>systemctl show</c>.
    /// </summary>
    public IReadOnlyList<UnitCommand> Commands { get; init; } = [];

    /// <summary>What the service says about itself (sd_notify's <c>STATUS=</c>).</summary>
    public string? StatusText { get; init; }

    /// <summary>
    /// Automatic restarts since the unit was last started by hand (<c>NRestarts</c>, systemd 235 and later).
    /// </summary>
    public int? Restarts { get; init; }

    /// <summary>Number of tasks (threads) in the control group.</summary>
    public long? Tasks { get; init; }

    /// <summary>The most tasks it may have; null when there is no limit.</summary>
    public long? TasksLimit { get; init; }

    /// <summary>
    /// Memory of the control group, in bytes. <c>systemctl status</c> cuts it to a tenth of a unit of 1024 powers:
    /// <c>30.5M</c> is 31981568, and up to 104857 more.
    /// </summary>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// The most memory it had at once, in bytes (systemd 255 and later), cut as <see cref="MemoryBytes"/> is.
    /// </summary>
    public long? MemoryPeakBytes { get; init; }

    /// <summary>Processor time that the control group used; in <c>systemctl status</c> to the millisecond.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Units that start this one: the socket of a service.</summary>
    public IReadOnlyList<string> TriggeredBy { get; init; } = [];

    /// <summary>Units that this one starts: the service of a socket.</summary>
    public IReadOnlyList<string> Triggers { get; init; } = [];

    /// <summary>Where the unit's documentation is: URLs and manual pages.</summary>
    public IReadOnlyList<string> Documentation { get; init; } = [];

    /// <summary>What a socket unit listens on, with the kind: <c>/run/buildkit/buildkitd.sock (Stream)</c>.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>
    /// How many connections a socket unit has accepted (<c>NAccepted</c>); in <c>systemctl status</c> only with
    /// <c>Accept=yes</c>.
    /// </summary>
    public long? Accepted { get; init; }

    /// <summary>
    /// How many of them are open (<c>NConnections</c>); in <c>systemctl status</c> only with <c>Accept=yes</c>.
    /// </summary>
    public long? Connections { get; init; }

    /// <summary>Path of the control group, below the guest's cgroup file system; null when there is none.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>The processes of the control group and of those below it.</summary>
    public IReadOnlyList<ControlGroupProcess> Processes { get; init; } = [];

    /// <summary>
    /// Id of the unit's present run (systemd 232 and later); the journal's <c>_SYSTEMD_INVOCATION_ID</c>.
    /// </summary>
    public string? InvocationId { get; init; }

    /// <summary>
    /// Whether the unit runs: active, reloading or refreshing, which is what systemctl means by "active".
    /// </summary>
    public bool IsActive =>
        ActiveState is UnitActiveState.Active or UnitActiveState.Reloading or UnitActiveState.Refreshing;
}
