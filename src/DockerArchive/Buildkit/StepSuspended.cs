namespace DockerArchive.Buildkit;

/// <summary>
/// The output turns to another step while this one still runs. The number is that of the step that pauses, also for v0.3
/// and v0.4, which print the number of the step that comes.
/// </summary>
public sealed class StepSuspended : BuildEvent
{
    internal StepSuspended(scoped in BuildToken token)
        : base(token)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "...";
}
