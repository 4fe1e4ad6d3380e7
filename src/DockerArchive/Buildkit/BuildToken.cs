namespace DockerArchive.Buildkit;

/// <summary>
/// An event as the parser sees it: spans over the parser's buffer and numbers, so that a consumer that only counts or
/// copies bytes allocates nothing. <see cref="ToEvent"/> makes the object that may be kept.
/// </summary>
public readonly ref struct BuildToken
{
    /// <summary>The value of <see cref="Step"/> when the token belongs to no step.</summary>
    public const int NoStep = -1;

    /// <summary>An empty, unrecognised token of no step.</summary>
    public BuildToken()
    {
    }

    /// <summary>What is told.</summary>
    public BuildEventKind Kind { get; init; }

    /// <summary>The step's number (<c>#5</c>), or <see cref="NoStep"/>.</summary>
    public int Step { get; init; } = NoStep;

    /// <summary>The bytes of the input that this token stands for, its line ending included.</summary>
    public ReadOnlySpan<byte> Raw { get; init; }

    /// <summary>
    /// The text without its framing: a name, a log line, a transfer's id, a warning, an error. Quoting of the printer is
    /// removed; a step's own bytes are untouched.
    /// </summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>The step's digest (<c>sha256:…</c>), or empty.</summary>
    public ReadOnlySpan<byte> Digest { get; init; }

    /// <summary>The digests of the steps this one builds upon, each in quotes, as JSON has them; only JSON tells them.</summary>
    public ReadOnlySpan<byte> Inputs { get; init; }

    /// <summary>The point in time of a start, an end or a log line, by the daemon's clock.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>A log line's time since the step's start, a transfer's elapsed time, a step's duration.</summary>
    public TimeSpan? Span { get; init; }

    /// <summary>Bytes (or items) so far, for a transfer.</summary>
    public BuildQuantity? Current { get; init; }

    /// <summary>Bytes (or items) in total, for a transfer whose size is known.</summary>
    public BuildQuantity? Total { get; init; }

    /// <summary>The state that a <see cref="BuildEventKind.StepCompleted"/> names, when it names one.</summary>
    public BuildStepState? State { get; init; }

    /// <summary>The part of the summary, for <see cref="BuildEventKind.BuildFailed"/>.</summary>
    public BuildFailurePart Part { get; init; }

    /// <summary>The stream of a log line, when told.</summary>
    public BuildLogOrigin Stream { get; init; }

    /// <summary>The source file of a warning, which JSON tells, or empty.</summary>
    public ReadOnlySpan<byte> File { get; init; }

    /// <summary>The page that explains a warning, which JSON tells, or empty.</summary>
    public ReadOnlySpan<byte> Url { get; init; }

    /// <summary>The line of the source file, for a warning or a <see cref="BuildFailurePart.Position"/>; 0 when not told.</summary>
    public int Line { get; init; }

    /// <summary>The text goes on from the step's previous token of this kind: a further line of a name or an error, a further piece of a log line.</summary>
    public bool IsContinuation { get; init; }

    /// <summary>The log line has no end yet: its newline had not been printed when other text followed.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The name was cut by the printer, which shows 72 bytes and <c>...</c>.</summary>
    public bool IsCut { get; init; }

    /// <summary>The transfer is complete (<c>done</c>).</summary>
    public bool IsDone { get; init; }

    /// <summary>Makes an object of this token that owns its bytes.</summary>
    /// <returns>The event.</returns>
    public BuildEvent ToEvent() => Kind switch
    {
        BuildEventKind.Separator => new Separator(this),
        BuildEventKind.StepStarted => new StepStarted(this),
        BuildEventKind.StepNamed => new StepNamed(this),
        BuildEventKind.StepSuspended => new StepSuspended(this),
        BuildEventKind.StepLog => new StepLog(this),
        BuildEventKind.TransferUpdated => new TransferUpdated(this),
        BuildEventKind.StepWarned => new StepWarned(this),
        BuildEventKind.StepCompleted => new StepCompleted(this),
        BuildEventKind.BuildFailed => new BuildFailed(this),
        _ => new Unrecognised(this),
    };
}
