using DockerArchive.Tests.Buildkit;

namespace DockerArchive.Bench;

/// <summary>
/// The output of one build whose step wrote a long log: what BuildKit v0.32.2 printed for such a step, its log lines
/// repeated, since the daemon clips a log that comes faster than 200 KiB/s.
/// </summary>
internal sealed class LongLog
{
    private readonly byte[] _head;
    private readonly byte[] _lines;
    private readonly byte[] _tail;
    private readonly int _lineCount;

    public LongLog()
    {
        byte[] recorded = Recording.Get("v0.32.2", "05-longlog").Progress;
        int start = recorded.AsSpan().IndexOf("\n#5 0."u8) + 1;
        int end = recorded.AsSpan().LastIndexOf("long and fast log\n"u8) + "long and fast log\n".Length;
        int tail = recorded.AsSpan().IndexOf("#5 DONE"u8);
        _head = recorded[..start];
        _lines = recorded[start..end];
        _tail = recorded[tail..];
        _lineCount = _lines.AsSpan().Count((byte)'\n');
    }

    /// <summary>Writes at least that many log lines, and the build around them.</summary>
    /// <returns>The number of log lines.</returns>
    public int WriteTo(Stream output, int wantedLines)
    {
        int times = (wantedLines + _lineCount - 1) / _lineCount;
        output.Write(_head);
        for (int i = 0; i < times; i++)
            output.Write(_lines);
        output.Write(_tail);
        return times * _lineCount;
    }
}
