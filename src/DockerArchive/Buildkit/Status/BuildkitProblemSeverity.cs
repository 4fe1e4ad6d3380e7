namespace DockerArchive.Buildkit;

/// <summary>How much a finding matters.</summary>
public enum BuildkitProblemSeverity
{
    /// <summary>Worth knowing; everything works.</summary>
    Information,

    /// <summary>Builds are served, but something is missing or happened.</summary>
    Warning,

    /// <summary>Builds are not served.</summary>
    Error,
}
