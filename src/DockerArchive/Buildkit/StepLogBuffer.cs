namespace DockerArchive.Buildkit;

/// <summary>
/// A step's log lines. A line whose newline had not come when the printer turned elsewhere is printed again from its
/// beginning when the printer comes back; such a repeat has the same time and begins with the same text.
/// </summary>
internal sealed class StepLogBuffer
{
    /// <summary>Below the size from which an array lives on the large object heap.</summary>
    private const int ChunkLength = 64 * 1024;

    private const int MaxSharedLength = ChunkLength / 4;

    private readonly StoredLogLines _ended = new();
    private byte[] _chunk = [];
    private int _chunkLength;
    private StoredLogLine _last;
    private bool _hasLast;
    private byte[] _text = [];
    private int _length;
    private bool _mayRepeat;

    public void ExpectRepeat() => _mayRepeat = _hasLast;

    public void Add(scoped in BuildToken token)
    {
        if (token.IsContinuation && _hasLast)
        {
            _last = _last with
            {
                IsPartial = token.IsPartial,
                Stream = _last.Stream == token.Stream ? token.Stream : BuildLogOrigin.Unknown,
            };
            Append(token.Text);
            return;
        }

        bool repeats = _mayRepeat && _last.Offset == token.Span && token.Text.StartsWith(_text.AsSpan(0, _length));
        if (!repeats)
            EndLine();
        _last = new StoredLogLine(default, token.Span, token.Time, token.Stream, token.IsPartial);
        _hasLast = true;
        _length = 0;
        Append(token.Text);
        _mayRepeat = token.IsPartial;
    }

    /// <summary>The lines so far. What is added later does not show in it.</summary>
    public IReadOnlyList<BuildLogLine> Snapshot() => _hasLast
        ? new StoredLog(_ended, _ended.Count, _last with { Bytes = _text.AsSpan(0, _length).ToArray() }).AsReadOnly()
        : [];

    private void EndLine()
    {
        if (_hasLast)
            _ended.Add(_last with { Bytes = Store(_text.AsSpan(0, _length)) });
    }

    private ReadOnlyMemory<byte> Store(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxSharedLength)
            return text.ToArray();
        if (_chunk.Length - _chunkLength < text.Length)
        {
            _chunk = new byte[_chunk.Length == 0 ? Math.Max(1024, text.Length) : ChunkLength];
            _chunkLength = 0;
        }

        Memory<byte> stored = _chunk.AsMemory(_chunkLength, text.Length);
        text.CopyTo(stored.Span);
        _chunkLength += text.Length;
        return stored;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_text.Length - _length < text.Length)
            Array.Resize(ref _text, Math.Max(_length + text.Length, _text.Length * 2));
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }
}
