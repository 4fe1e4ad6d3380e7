namespace DockerArchive.Buildkit;

/// <summary>
/// An event as the parser sees it: spans over the parser's buffer and numbers, so that a consumer that only counts or
/// copies bytes allocates nothing. <see cref="ToEvent"/> makes the object that may be kept.
/// </summary>
public readonly ref struct BuildToken
{
    /// <summary>The value of <see cref="Step"/> when the token belongs to no step.</summary>
    public const int NoStep = -1;

    // One token is made for every line, so it is kept small and its default is all zero bits.
    private readonly ReadOnlySpan<byte> _first;
    private readonly ReadOnlySpan<byte> _second;
    private readonly long _time;
    private readonly long _span;
    private readonly long _current;
    private readonly long _total;
    private readonly int _stepPlusOne;
    private readonly byte _currentDigits;
    private readonly byte _totalDigits;
    private readonly byte _statePlusOne;
    private readonly Facts _facts;

    [Flags]
    private enum Facts : byte
    {
        None = 0,
        Span = 1,
        Current = 2,
        Total = 4,
        Continuation = 8,
        Partial = 16,
        Cut = 32,
        Done = 64,
    }

    /// <summary>What is told.</summary>
    public BuildEventKind Kind { get; init; }

    /// <summary>The step's number (<c>#5</c>), or <see cref="NoStep"/>.</summary>
    public int Step
    {
        get => _stepPlusOne - 1;
        init => _stepPlusOne = value + 1;
    }

    /// <summary>The bytes of the input that this token stands for, its line ending included.</summary>
    public ReadOnlySpan<byte> Raw { get; init; }

    /// <summary>
    /// The text without its framing: a name, a log line, a transfer's id, a warning, an error. Quoting of the printer is
    /// removed; a step's own bytes are untouched.
    /// </summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>For <see cref="BuildEventKind.StepNamed"/>, the step's digest (<c>sha256:…</c>), or empty.</summary>
    public ReadOnlySpan<byte> Digest
    {
        get => Kind == BuildEventKind.StepNamed ? _first : default;
        init => _first = value;
    }

    /// <summary>
    /// For <see cref="BuildEventKind.StepNamed"/>, the digests of the steps this one builds upon, as JSON's array; only
    /// JSON tells them.
    /// </summary>
    public ReadOnlySpan<byte> Inputs
    {
        get => Kind == BuildEventKind.StepNamed ? _second : default;
        init => _second = value;
    }

    /// <summary>For <see cref="BuildEventKind.StepWarned"/>, the source file, which JSON tells, or empty.</summary>
    public ReadOnlySpan<byte> File
    {
        get => Kind == BuildEventKind.StepWarned ? _first : default;
        init => _first = value;
    }

    /// <summary>For <see cref="BuildEventKind.StepWarned"/>, the page that explains it, which JSON tells, or empty.</summary>
    public ReadOnlySpan<byte> Url
    {
        get => Kind == BuildEventKind.StepWarned ? _second : default;
        init => _second = value;
    }

    /// <summary>The point in time of a start, an end or a log line, by the daemon's clock.</summary>
    public DateTimeOffset? Time
    {
        get => _time == 0 ? null : new DateTimeOffset(_time, TimeSpan.Zero);
        init => _time = value?.UtcTicks ?? 0;
    }

    /// <summary><see cref="Time"/> in ticks of UTC, or 0.</summary>
    internal long TimeTicks => _time;

    /// <summary>A log line's time since the step's start, a transfer's elapsed time, a step's duration.</summary>
    public TimeSpan? Span
    {
        get => Has(Facts.Span) ? new TimeSpan(_span) : null;
        init
        {
            _span = value.GetValueOrDefault().Ticks;
            _facts = With(Facts.Span, value.HasValue);
        }
    }

    /// <summary>Bytes (or items) so far, for a transfer.</summary>
    public BuildQuantity? Current
    {
        get => Has(Facts.Current) ? new BuildQuantity(_current, _currentDigits) : null;
        init
        {
            _current = value.GetValueOrDefault().Bytes;
            _currentDigits = value.GetValueOrDefault().Digits;
            _facts = With(Facts.Current, value.HasValue);
        }
    }

    /// <summary>Bytes (or items) in total, for a transfer whose size is known.</summary>
    public BuildQuantity? Total
    {
        get => Has(Facts.Total) ? new BuildQuantity(_total, _totalDigits) : null;
        init
        {
            _total = value.GetValueOrDefault().Bytes;
            _totalDigits = value.GetValueOrDefault().Digits;
            _facts = With(Facts.Total, value.HasValue);
        }
    }

    /// <summary>The state that a <see cref="BuildEventKind.StepCompleted"/> names, when it names one.</summary>
    public BuildStepState? State
    {
        get => _statePlusOne == 0 ? null : (BuildStepState)(_statePlusOne - 1);
        init => _statePlusOne = value is { } state ? (byte)((int)state + 1) : (byte)0;
    }

    /// <summary>
    /// The part of the summary, for <see cref="BuildEventKind.BuildFailed"/>; for a <see cref="BuildEventKind.StepWarned"/>
    /// that goes on, the part of its source excerpt.
    /// </summary>
    public BuildFailurePart Part { get; init; }

    /// <summary>The stream of a log line, when told.</summary>
    public BuildLogOrigin Stream { get; init; }

    /// <summary>The line of the source file, for a warning or a <see cref="BuildFailurePart.Position"/>; 0 when not told.</summary>
    public int Line { get; init; }

    /// <summary>The text goes on from the step's previous token of this kind: a further line of a name or an error, a further piece of a log line, more about a warning.</summary>
    public bool IsContinuation
    {
        get => Has(Facts.Continuation);
        init => _facts = With(Facts.Continuation, value);
    }

    /// <summary>The log line has no end yet: its newline had not been printed when other text followed.</summary>
    public bool IsPartial
    {
        get => Has(Facts.Partial);
        init => _facts = With(Facts.Partial, value);
    }

    /// <summary>The name was cut by the printer, which shows 72 bytes and <c>...</c>.</summary>
    public bool IsCut
    {
        get => Has(Facts.Cut);
        init => _facts = With(Facts.Cut, value);
    }

    /// <summary>The transfer is complete (<c>done</c>).</summary>
    public bool IsDone
    {
        get => Has(Facts.Done);
        init => _facts = With(Facts.Done, value);
    }

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

    private bool Has(Facts fact) => (_facts & fact) != 0;

    private Facts With(Facts fact, bool holds) => holds ? _facts | fact : _facts & ~fact;
}
