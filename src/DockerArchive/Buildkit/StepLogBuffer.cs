namespace DockerArchive.Buildkit;

/// <summary>
/// A step's log lines. A line whose newline had not come when the printer turned elsewhere is printed again from its
/// beginning when the printer comes back; such a repeat has the same time and begins with the same text.
/// </summary>
internal sealed class StepLogBuffer
{
    private readonly List<BuildLogLine> _ended = [];
    private BuildLogLine? _last;
    private byte[] _text = [];
    private int _length;
    private bool _mayRepeat;

    public void ExpectRepeat() => _mayRepeat = _last is not null;

    public void Add(scoped in BuildToken token)
    {
        if (token.IsContinuation && _last is not null)
        {
            _last = _last with
            {
                Partial = token.IsPartial,
                Stream = _last.Stream == token.Stream ? token.Stream : BuildLogOrigin.Unknown,
            };
            Append(token.Text);
            return;
        }

        bool repeats = _mayRepeat && _last?.Offset == token.Span && token.Text.StartsWith(_text.AsSpan(0, _length));
        if (!repeats)
            EndLine();
        _last = new BuildLogLine
        {
            Offset = token.Span,
            Time = token.Time,
            Bytes = default,
            Stream = token.Stream,
            Partial = token.IsPartial,
        };
        _length = 0;
        Append(token.Text);
        _mayRepeat = token.IsPartial;
    }

    public BuildLogLine[] ToArray() =>
        _last is null ? [.. _ended] : [.. _ended, _last with { Bytes = _text.AsSpan(0, _length).ToArray() }];

    private void EndLine()
    {
        if (_last is not null)
            _ended.Add(_last with { Bytes = _text.AsSpan(0, _length).ToArray() });
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_text.Length - _length < text.Length)
            Array.Resize(ref _text, Math.Max(_length + text.Length, _text.Length * 2));
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }
}
