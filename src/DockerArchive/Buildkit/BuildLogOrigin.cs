namespace DockerArchive.Buildkit;

/// <summary>The stream that a step wrote a log line to.</summary>
public enum BuildLogOrigin : byte
{
    /// <summary>Not told: plain progress merges both streams.</summary>
    Unknown = 0,

    /// <summary>Standard output.</summary>
    StandardOutput = 1,

    /// <summary>Standard error.</summary>
    StandardError = 2,
}
