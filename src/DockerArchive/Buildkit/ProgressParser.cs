namespace DockerArchive.Buildkit;

/// <summary>
/// Reads the output of <c>buildctl build --progress=plain</c> of every BuildKit since v0.3, and that of docker and buildx,
/// byte by byte as it comes. Feed each stream of a process to a parser of its own, or both to one when they were merged;
/// parsers may share a sink. It keeps nothing but the current line, and it never throws: what it cannot place arrives
/// as <see cref="BuildEventKind.Unrecognised"/>.
/// </summary>
/// <param name="sink">Receives the tokens.</param>
public sealed class ProgressParser(IBuildEventSink sink)
{
    /// <summary>A longer line comes in pieces of this many bytes, so that no input makes the parser grow without bound.</summary>
    internal const int LineLimit = 1 << 24;

    private readonly PlainProgress _plain = new(sink);
    private byte[] _line = [];
    private int _length;
    private bool _inLine;

    /// <summary>Takes the next bytes of the output. Where one call ends and the next begins makes no difference.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int newline = bytes.IndexOf((byte)'\n');
            int room = LineLimit - _length;
            bool ends = (uint)newline < (uint)room;
            int take = ends ? newline + 1 : Math.Min(bytes.Length, room);
            if (_length > 0 || (!ends && take < room))
            {
                Keep(bytes[..take]);
                if (ends || _length == LineLimit)
                {
                    int length = _length;
                    _length = 0;
                    Deliver(_line.AsSpan(0, length), ends);
                }
            }
            else
            {
                Deliver(bytes[..take], ends);
            }

            bytes = bytes[take..];
        }
    }

    /// <summary>Says that the output has ended: delivers a last line that has no newline.</summary>
    public void Complete()
    {
        int length = _length;
        _length = 0;
        if (length > 0)
            Deliver(_line.AsSpan(0, length), ends: true);
        _plain.Complete();
    }

    private void Deliver(ReadOnlySpan<byte> line, bool ends)
    {
        if (_inLine)
            _plain.AcceptRest(line, ends);
        else
            _plain.Accept(line, ends);
        _inLine = !ends;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int needed = _length + bytes.Length;
        if (_line.Length < needed)
            Array.Resize(ref _line, Math.Max(needed, Math.Min(LineLimit, Math.Max(256, _line.Length * 2))));
        bytes.CopyTo(_line.AsSpan(_length));
        _length = needed;
    }
}
