using System.Globalization;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>What a guest answered to <see cref="GuestStatusScript"/>. Each part may be missing by itself.</summary>
public sealed record GuestStatusReport
{
    /// <summary>Whether the script came to its end.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Whether the guest has systemd.</summary>
    public SystemdPresence Systemd { get; init; }

    /// <summary>Name of the guest's process 1: <c>systemd</c>, <c>init</c>, <c>sh</c>.</summary>
    public string? Init { get; init; }

    /// <summary>How long the guest had been up when it was asked.</summary>
    public TimeSpan? GuestUptime { get; init; }

    /// <summary>The service unit, with the processes of its control group; null when systemd did not show it.</summary>
    public SystemdUnit? Service { get; init; }

    /// <summary>The socket unit of the same name; null when systemd did not show it, or there is none.</summary>
    public SystemdUnit? Socket { get; init; }

    /// <summary>The last journal entries of service and socket in this boot, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Journal { get; init; } = [];

    /// <summary>
    /// The first entries (at most 40) that the main process of the service's last run wrote, oldest first.
    /// </summary>
    public IReadOnlyList<JournalEntry> Startup { get; init; } = [];

    /// <summary>What <c>buildkitd --version</c> printed; null when it printed none.</summary>
    public DaemonVersion? Version { get; init; }

    /// <summary>What <c>runc --version</c> printed; null when it printed none.</summary>
    public RuncVersion? Runc { get; init; }

    /// <summary>What <c>buildctl debug workers -v</c> printed; null when it was not asked or did not answer.</summary>
    public IReadOnlyList<BuildkitWorker>? Workers { get; init; }

    /// <summary>How the single commands went, for messages about those that failed.</summary>
    public IReadOnlyList<GuestStatusPart> Parts { get; init; } = [];

    /// <summary>Reads the script's output. Anything before its first line is ignored; no input throws.</summary>
    /// <param name="output">The bytes of stdout.</param>
    /// <param name="token">The token that the script was given.</param>
    /// <param name="earlier">The earlier answer that the script was told of, for what it left out as known.</param>
    /// <returns>What the output holds; of output that is none of the script's, nothing.</returns>
    public static GuestStatusReport Parse(ReadOnlySpan<byte> output, string token, GuestStatusReport? earlier = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        var frames = GuestStatusFrames.Read(output, token);
        GuestStatusPart[] parts = [.. frames.Parts.Select(part => part.IsKnown ? earlier?.Part(part.Name) ?? part : part)];
        var host = HostFacts(Find(parts, "host"));
        TimeSpan? uptime = Number(host, "uptime") is { } up ? TimeSpan.FromSeconds((double)up) : null;
        var units = SystemctlShow.Parse(Find(parts, "units")?.OutputText ?? "", uptime);
        var service = units.FirstOrDefault(unit => !IsSocket(unit));
        var workers = Find(parts, "workers");
        return new GuestStatusReport
        {
            IsComplete = frames.Started && frames.Finished,
            Systemd = host.GetValueOrDefault("systemd") switch
            {
                "yes" => SystemdPresence.Running,
                "no" => SystemdPresence.Absent,
                _ => SystemdPresence.Unknown,
            },
            Init = host.GetValueOrDefault("init"),
            GuestUptime = uptime,
            Service = service is null
                ? null
                : service with { Processes = ControlGroupProcess.Parse(Find(parts, "processes")?.OutputText ?? "") },
            Socket = units.FirstOrDefault(unit => IsSocket(unit) && unit.LoadState != UnitLoadState.NotFound),
            Journal = JournalParser.ParseLines(Find(parts, "journal")?.Output),
            Startup = JournalParser.ParseLines(Find(parts, "startup")?.Output),
            Version = DaemonVersion.TryParse(Find(parts, "buildkitd")?.OutputText, out var version) ? version : null,
            Runc = RuncVersion.TryParse(Find(parts, "runc")?.OutputText, out var runc) ? runc : null,
            Workers = workers is { Succeeded: true } ? BuildctlWorkers.Parse(workers.OutputText) : null,
            Parts = parts,
        };
    }

    /// <summary>How a part went.</summary>
    /// <param name="name">Its name, as <see cref="GuestStatusPart.Name"/> lists them.</param>
    /// <returns>The part; null when the output has none of that name.</returns>
    public GuestStatusPart? Part(string name) => Parts.FirstOrDefault(part => part.Name == name);

    private static GuestStatusPart? Find(GuestStatusPart[] parts, string name) => parts.FirstOrDefault(part => part.Name == name);

    private static bool IsSocket(SystemdUnit unit) => unit.Id.EndsWith(".socket", StringComparison.Ordinal);

    private static Dictionary<string, string> HostFacts(GuestStatusPart? host)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (host?.OutputText ?? "").Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                facts.TryAdd(line[..equals], line[(equals + 1)..]);
        }

        return facts;
    }

    private static decimal? Number(Dictionary<string, string> facts, string name)
    {
        var text = facts.GetValueOrDefault(name);
        var parsed = decimal.TryParse(
            text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        return parsed && number < 10_000_000_000m ? number : null;
    }
}
