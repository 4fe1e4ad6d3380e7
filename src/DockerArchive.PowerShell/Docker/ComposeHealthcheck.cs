namespace DockerArchive.Docker;

/// <summary>A service's healthcheck; what is null is the image's or the engine's.</summary>
internal sealed record ComposeHealthcheck
{
    /// <summary>As the engine takes it: <c>CMD …</c>, <c>CMD-SHELL …</c> or <c>NONE</c> first.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    public TimeSpan? Interval { get; init; }

    public TimeSpan? Timeout { get; init; }

    public TimeSpan? StartPeriod { get; init; }

    public TimeSpan? StartInterval { get; init; }

    public int? Retries { get; init; }

    /// <summary>Whether the image's own is not run either.</summary>
    public bool Disabled { get; init; }
}

/// <summary>Another service that must be there first.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Condition">What must hold.</param>
/// <param name="Required">Whether its failure is an error.</param>
/// <param name="Restart">Whether compose restarts this service with it.</param>
internal sealed record ServiceDependency(string Service, DependencyCondition Condition, bool Required = true, bool Restart = false);

internal enum DependencyCondition
{
    /// <summary><c>service_started</c></summary>
    Started,

    /// <summary><c>service_healthy</c></summary>
    Healthy,

    /// <summary><c>service_completed_successfully</c></summary>
    CompletedSuccessfully,
}
