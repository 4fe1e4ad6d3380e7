using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A line that a step wrote, put together from its pieces.</summary>
public sealed record BuildLogLine
{
    /// <summary>
    /// Time from the step's latest start to the line's first byte, as precise as the text has it (1 ms below 10 s, 10 ms
    /// below 100 s, then 100 ms); null when not told.
    /// </summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>When the line's first byte was written by the daemon's clock; only JSON progress and <c>--trace</c> tell.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The line as the step wrote it, without its newline.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The line decoded from UTF-8; other bytes show as U+FFFD. Control characters are kept.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>
    /// The stream, which only JSON progress and <c>--trace</c> tell; unknown when both streams wrote to the line.
    /// </summary>
    public BuildLogOrigin Stream { get; init; }

    /// <summary>The text shows that the step ended, or the output stopped, before this line had its newline.</summary>
    public bool Partial { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
