using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>How BuildKit is doing in a guest: versions, units, workers, last journal entries and findings.</summary>
public sealed record BuildkitStatus
{
    /// <summary>Name of the environment: <c>buildkit/v0.4.0</c>.</summary>
    public string? Environment { get; init; }

    /// <summary>Name of the running instance.</summary>
    public string? Instance { get; init; }

    /// <summary>Version of the daemon, from <c>buildkitd --version</c>; null when the guest printed none.</summary>
    public DaemonVersion? Version { get; init; }

    /// <summary>Version of runc; null when the guest printed none.</summary>
    public RuncVersion? Runc { get; init; }

    /// <summary>The service unit; null in a guest without systemd.</summary>
    public SystemdUnit? Service { get; init; }

    /// <summary>The socket unit; null when there is none.</summary>
    public SystemdUnit? Socket { get; init; }

    /// <summary>The daemon's workers; empty when it has none or was not asked, since it does not run.</summary>
    public IReadOnlyList<BuildkitWorker> Workers { get; init; } = [];

    /// <summary>The last journal entries of service and socket in this boot, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Journal { get; init; } = [];

    /// <summary>Findings, the gravest first.</summary>
    public IReadOnlyList<BuildkitProblem> Problems { get; init; } = [];

    /// <summary>Whether builds can be served: no finding is an error.</summary>
    public bool Healthy => Problems.All(problem => problem.Severity != BuildkitProblemSeverity.Error);

    /// <summary>Puts a guest's answers together and looks for problems in them.</summary>
    /// <param name="report">The answers.</param>
    /// <param name="environment">Name of the environment.</param>
    /// <param name="instance">Name of the instance.</param>
    /// <returns>The status.</returns>
    public static BuildkitStatus Create(GuestStatusReport report, string? environment = null, string? instance = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new BuildkitStatus
        {
            Environment = environment,
            Instance = instance,
            Version = report.Version,
            Runc = report.Runc,
            Service = report.Service,
            Socket = report.Socket,
            Workers = report.Workers ?? [],
            Journal = report.Journal,
            Problems = BuildkitDiagnosis.Find(report),
        };
    }
}
