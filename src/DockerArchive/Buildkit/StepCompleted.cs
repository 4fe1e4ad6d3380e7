using System.Globalization;

namespace DockerArchive.Buildkit;

/// <summary>
/// A step ended, or a fact of its end is told: v0.3 and v0.4 print time, duration, cache hit and error on lines of their
/// own. A step may complete more than once; the last time counts.
/// </summary>
public sealed class StepCompleted : BuildEvent
{
    internal StepCompleted(scoped in BuildToken token)
        : base(token)
    {
        State = token.State;
        Time = token.Time;
        Duration = token.Span;
        Error = Decode(token.Text);
        IsContinuation = token.IsContinuation;
    }

    /// <summary>How it ended; null when the line tells another fact.</summary>
    public BuildStepState? State { get; }

    /// <summary>When it ended by the daemon's clock, or null when not told.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>
    /// How long it took: exact in v0.3 and v0.4 and in JSON; in steps of 0.1 s later, of the last run up to v0.9 and of
    /// all runs since v0.10.
    /// </summary>
    public TimeSpan? Duration { get; }

    /// <summary>The error, or null.</summary>
    public string? Error { get; }

    /// <summary><see cref="Error"/> is a further line of the error.</summary>
    public bool IsContinuation { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        ' ',
        new[] { State?.ToString(), Duration is { } duration ? Seconds(duration) : null, Time?.ToString("O", CultureInfo.InvariantCulture), Error }
            .Where(fact => fact is not null));
}
