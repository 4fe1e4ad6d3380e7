namespace DockerArchive.Buildkit;

/// <summary>A build as its output told it.</summary>
public sealed record BuildResult
{
    /// <summary>The environment that built, <c>buildkit/v0.4.0</c>; null for text from elsewhere.</summary>
    public string? Environment { get; init; }

    /// <summary>The running instance that built; null for text from elsewhere.</summary>
    public string? Instance { get; init; }

    /// <summary>The command line; null when unknown.</summary>
    public string? Command { get; init; }

    /// <summary>The exit code of buildctl, or null when unknown.</summary>
    public int? ExitCode { get; init; }

    /// <summary>
    /// The exit code is 0, or is unknown and the output shows steps that have all ended, and tells of no failure.
    /// </summary>
    public bool Succeeded { get; init; }

    /// <summary>When the build started, or the earliest start of a step by the daemon's clock; null when unknown.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>How long the build took, or the time from the first start of a step to the last end; null when unknown.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The steps by their numbers.</summary>
    public IReadOnlyList<BuildStep> Steps { get; init; } = [];

    /// <summary>The warnings of all steps.</summary>
    public IReadOnlyList<BuildWarning> Warnings { get; init; } = [];

    /// <summary>Why the build failed, or null.</summary>
    public BuildError? Error { get; init; }

    /// <summary>What the build exported.</summary>
    public IReadOnlyList<BuildExport> Exports { get; init; } = [];

    /// <summary>How many steps came from the cache.</summary>
    public int CachedStepCount => Steps.Count(step => step.Cached);

    /// <summary>The path of a file with the output's bytes, when kept.</summary>
    public string? RawOutput { get; init; }

    /// <summary>Where the build ran and how it ended, in a few words.</summary>
    /// <returns>Text such as <c>buildkit/v0.4.0: failed, exit code 1</c>.</returns>
    public override string ToString() => $"{Environment ?? "build"}: {Outcome}";

    private string Outcome => this switch
    {
        { Succeeded: true } => "succeeded",
        { ExitCode: { } code } => $"failed, exit code {code}",
        { Error: not null } => "failed",
        _ => "incomplete",
    };
}
