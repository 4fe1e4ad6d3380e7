namespace DockerArchive.Buildkit;

/// <summary>A warning: <c>#5 WARN: …</c> since v0.10, or an entry of buildx's closing list, which names no step.</summary>
public sealed class StepWarned : BuildEvent
{
    internal StepWarned(scoped in BuildToken token)
        : base(token) => Warning = BuildWarning.FromToken(token);

    /// <summary>The warning.</summary>
    public BuildWarning Warning { get; }
}
