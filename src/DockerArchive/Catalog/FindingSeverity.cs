namespace DockerArchive.Catalog;

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Nothing is wrong.</summary>
    Information,

    /// <summary>The environment works, but not as the archive's users expect.</summary>
    Warning,

    /// <summary>Something of the environment does not work.</summary>
    Error,
}
