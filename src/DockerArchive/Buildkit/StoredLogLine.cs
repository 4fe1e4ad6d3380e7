namespace DockerArchive.Buildkit;

/// <summary>A log line without an object of its own: a log may have millions.</summary>
internal readonly record struct StoredLogLine(
    ReadOnlyMemory<byte> Bytes, TimeSpan? Offset, DateTimeOffset? Time, BuildLogOrigin Stream, bool IsPartial)
{
    public BuildLogLine ToLine() => new()
    {
        Offset = Offset,
        Time = Time,
        Bytes = Bytes,
        Stream = Stream,
        Partial = IsPartial,
    };
}
