using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A line that the step wrote, or a piece of one.</summary>
public sealed class StepLog : BuildEvent
{
    private const long NotTold = long.MinValue;

    private readonly long _offset;
    private readonly long _time;
    private readonly int _start;
    private readonly int _length;
    private readonly byte[]? _text;

    internal StepLog(scoped in BuildToken token)
        : base(token)
    {
        _offset = token.Span?.Ticks ?? NotTold;
        _time = token.TimeTicks;
        Stream = token.Stream;
        IsContinuation = token.IsContinuation;
        IsPartial = token.IsPartial;
        _length = token.Text.Length;
        if (token.Raw.Overlaps(token.Text, out int start))
            _start = start;
        else
            _text = token.Text.ToArray();
    }

    /// <summary>
    /// Time since the step's latest start, as printed with 3 to 5 digits. v0.3 to v0.7 cut the figure to five characters,
    /// so that it is wrong below 0.1 ms and from 9999.5 s on.
    /// </summary>
    public TimeSpan? Offset => _offset == NotTold ? null : new TimeSpan(_offset);

    /// <summary>When the piece was written by the daemon's clock, which only JSON tells.</summary>
    public DateTimeOffset? Time => _time == 0 ? null : new DateTimeOffset(_time, TimeSpan.Zero);

    /// <summary>The stream, which only JSON tells.</summary>
    public BuildLogOrigin Stream { get; }

    /// <summary>The text goes on from the step's previous log event.</summary>
    public bool IsContinuation { get; }

    /// <summary>The line had not ended when other text followed; it may be printed again from its beginning.</summary>
    public bool IsPartial { get; }

    /// <summary>The line as the step wrote it, without its newline.</summary>
    public ReadOnlyMemory<byte> Bytes => _text ?? Raw.Slice(_start, _length);

    /// <summary>The line decoded from UTF-8; other bytes show as U+FFFD. Control characters are kept.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
