namespace DockerArchive.Buildkit;

/// <summary>
/// A step's block begins, which plain progress repeats whenever the output comes back to the step, or its start time is
/// told (<c>started:</c> of v0.3 and v0.4, JSON), which happens again when BuildKit starts the step again.
/// </summary>
public sealed class StepStarted : BuildEvent
{
    internal StepStarted(scoped in BuildToken token)
        : base(token)
    {
        Name = Decode(token.Text);
        NameIsCut = token.IsCut;
        Time = token.Time;
    }

    /// <summary>The name in the block's first line, or null for a mere start time.</summary>
    public string? Name { get; }

    /// <summary>The printer cut the name after 72 bytes (v0.3 to v0.7); v0.3 and v0.4 tell the whole in a <see cref="StepNamed"/>.</summary>
    public bool NameIsCut { get; }

    /// <summary>When the step started by the daemon's clock, or null when not told.</summary>
    public DateTimeOffset? Time { get; }

    /// <inheritdoc/>
    public override string ToString() => Name ?? $"started {Time:O}";
}
