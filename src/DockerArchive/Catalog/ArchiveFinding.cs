namespace DockerArchive.Catalog;

/// <summary>What is not as it should be in an environment's files, or what a registry has of its images.</summary>
public sealed record ArchiveFinding
{
    /// <summary>Name of the environment, such as <c>buildkit/v0.4.0</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Stable name of the rule, such as <c>PortUnique</c>; the help of Test-ArchiveEnv lists them.</summary>
    public required string Rule { get; init; }

    /// <summary>How bad it is.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>Full path of the file, which may be missing.</summary>
    public required string File { get; init; }

    /// <summary>Line in the file, from 1; null where the whole file is meant.</summary>
    public int? Line { get; init; }

    /// <summary>What is so, and what is to be done about it.</summary>
    public required string Message { get; init; }

    /// <summary>What the registry has, for findings of the rule <c>ImagePublished</c>; null for others and where it has nothing.</summary>
    public PublishedImage? Published { get; init; }
}
