namespace DockerArchive.Buildkit;

/// <summary>A line of no known form. <see cref="BuildEvent.Step"/> is the step whose block it stands in, if one is open.</summary>
public sealed class Unrecognised : BuildEvent
{
    internal Unrecognised(scoped in BuildToken token)
        : base(token)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => RawText;
}
