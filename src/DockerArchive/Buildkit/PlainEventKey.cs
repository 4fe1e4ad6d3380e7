namespace DockerArchive.Buildkit;

/// <summary>The keys of the event lines that v0.3 and v0.4 print.</summary>
internal enum PlainEventKey
{
    None,
    Digest,
    Name,
    Started,
    Completed,
    Duration,
    Cached,
    Error,
}
