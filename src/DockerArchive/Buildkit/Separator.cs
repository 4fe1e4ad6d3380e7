namespace DockerArchive.Buildkit;

/// <summary>A line that only separates.</summary>
public sealed class Separator : BuildEvent
{
    internal Separator(scoped in BuildToken token)
        : base(token)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "";
}
