namespace DockerArchive.Buildkit;

/// <summary>A step of a build, a vertex in BuildKit's words, as far as the output has told.</summary>
public sealed record BuildStep
{
    /// <summary>The number in the output (<c>#5</c>). Up to v0.9 numbers may have gaps.</summary>
    public required int Number { get; init; }

    /// <summary>The whole name, or what the printer left of it (72 bytes and <c>...</c>, v0.5 to v0.7).</summary>
    public required string Name { get; init; }

    /// <summary>The printer cut <see cref="Name"/>.</summary>
    public bool NameIsCut { get; init; }

    /// <summary>The Dockerfile stage in the name, or null.</summary>
    public string? Stage { get; init; }

    /// <summary>The place within the stage, counted from 1 (<c>[2/4]</c>), or null.</summary>
    public int? Index { get; init; }

    /// <summary>How many steps the stage has, or null.</summary>
    public int? Total { get; init; }

    /// <summary>The Dockerfile instruction (<c>RUN echo 1</c>), or null for a step that is none.</summary>
    public string? Instruction { get; init; }

    /// <summary>The platform in the name (<c>linux/arm64</c>, <c>linux/amd64->arm64</c>), or null.</summary>
    public string? Platform { get; init; }

    /// <summary>The digest of the step's definition, which v0.3, v0.4, v0.8, JSON and <c>--trace</c> tell.</summary>
    public string? Digest { get; init; }

    /// <summary>The digests of the steps this one builds upon, which JSON and <c>--trace</c> tell.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Where the step is.</summary>
    public BuildStepState State { get; init; }

    /// <summary>The result came from the cache.</summary>
    public bool Cached => State == BuildStepState.Cached;

    /// <summary>The first start by the daemon's clock, which v0.3, v0.4, JSON and <c>--trace</c> tell.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>The last end by the daemon's clock, or null.</summary>
    public DateTimeOffset? Completed { get; init; }

    /// <summary>
    /// The time the step ran, all its runs together: exact when the runs' times are told, else what <c>DONE</c> says in
    /// steps of 0.1 s (up to v0.9 the last run only). Null when not told.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The time from the first start to the last end, pauses included; null when times are not told.</summary>
    public TimeSpan? Span => Completed - Started;

    /// <summary>The step's error, or null.</summary>
    public string? Error { get; init; }

    /// <summary>What the step wrote.</summary>
    public IReadOnlyList<BuildLogLine> Log { get; init; } = [];

    /// <summary>The sub-tasks in the order of their first report.</summary>
    public IReadOnlyList<BuildTransfer> Transfers { get; init; } = [];

    /// <summary>The warnings printed in the step's block.</summary>
    public IReadOnlyList<BuildWarning> Warnings { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"#{Number} {Name}";
}
