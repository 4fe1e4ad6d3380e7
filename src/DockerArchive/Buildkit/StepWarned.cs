namespace DockerArchive.Buildkit;

/// <summary>
/// A warning: <c>#5 WARN: …</c> since v0.10, or an entry of buildx's closing list, which names no step and with --debug has
/// more lines about each.
/// </summary>
public sealed class StepWarned : BuildEvent
{
    internal StepWarned(scoped in BuildToken token)
        : base(token)
    {
        Warning = BuildWarning.FromToken(token);
        IsContinuation = token.IsContinuation;
        Part = token.Part;
    }

    /// <summary>The warning; of one that goes on, what this line tells.</summary>
    public BuildWarning Warning { get; }

    /// <summary>The line tells more of the warning before: a detail, a link, its place in the source.</summary>
    public bool IsContinuation { get; }

    /// <summary>The part of the source excerpt that the line is, or none.</summary>
    public BuildFailurePart Part { get; }

    /// <inheritdoc/>
    public override string ToString() => IsContinuation
        ? Warning.Url ?? (Warning.File is { } file ? $"{file}:{Warning.Line}" : Warning.Message)
        : Warning.ToString();
}
