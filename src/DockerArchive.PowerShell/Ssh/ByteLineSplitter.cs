namespace DockerArchive.Ssh;

/// <summary>Cuts bytes that arrive in pieces into lines, and hands out each as soon as it has ended, without its newline.</summary>
/// <param name="line">Receives a line, whose bytes are its own only until it completes.</param>
internal sealed class ByteLineSplitter(Func<ReadOnlyMemory<byte>, ValueTask> line)
{
    private byte[] _open = new byte[4096];
    private int _length;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        int end;
        while ((end = bytes.Span.IndexOf((byte)'\n')) >= 0)
        {
            var ended = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (_length > 0)
            {
                Keep(ended.Span);
                ended = _open.AsMemory(0, _length);
                _length = 0;
            }

            await line(ended);
        }

        Keep(bytes.Span);
    }

    /// <summary>Hands out a last line that has no end.</summary>
    public ValueTask CompleteAsync()
    {
        var rest = _open.AsMemory(0, _length);
        _length = 0;
        return rest.IsEmpty ? ValueTask.CompletedTask : line(rest);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_open.Length - _length < bytes.Length)
            Array.Resize(ref _open, Math.Max(_open.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_open.AsSpan(_length));
        _length += bytes.Length;
    }
}
