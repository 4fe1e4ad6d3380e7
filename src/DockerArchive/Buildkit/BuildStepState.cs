namespace DockerArchive.Buildkit;

/// <summary>Where a step is in its life, in BuildKit's own words.</summary>
public enum BuildStepState
{
    /// <summary>Known but not started.</summary>
    Pending,

    /// <summary>Started and not ended; in a finished result: still running when the output ended.</summary>
    Running,

    /// <summary>Ended without an error (<c>DONE</c>).</summary>
    Done,

    /// <summary>Its result came from the cache (<c>CACHED</c>).</summary>
    Cached,

    /// <summary>Ended with an error (<c>ERROR</c>).</summary>
    Failed,

    /// <summary>Stopped because the build was cancelled or another step failed (<c>CANCELED</c>).</summary>
    Canceled,
}
