namespace DockerArchive.Buildkit;

/// <summary>
/// A step's log lines. A line whose newline had not come when the printer turned elsewhere is printed again from its
/// beginning when the printer comes back; such a repeat has the same time and begins with the same text.
/// </summary>
internal sealed class StepLogBuffer
{
    private readonly List<BuildLogLine> _lines = [];
    private bool _mayRepeat;

    public void ExpectRepeat() => _mayRepeat = _lines.Count > 0;

    public void Add(scoped in BuildToken token)
    {
        BuildLogLine? last = _lines.Count > 0 ? _lines[^1] : null;
        if (token.IsContinuation && last is not null)
        {
            byte[] joined = [.. last.Bytes.Span, .. token.Text];
            _lines[^1] = last with { Bytes = joined, Partial = token.IsPartial };
            return;
        }

        var line = new BuildLogLine
        {
            Offset = token.Span,
            Bytes = token.Text.ToArray(),
            Stream = token.Stream,
            Partial = token.IsPartial,
        };
        if (_mayRepeat && last is not null && last.Offset == line.Offset && token.Text.StartsWith(last.Bytes.Span))
            _lines[^1] = line;
        else
            _lines.Add(line);
        _mayRepeat = token.IsPartial;
    }

    public BuildLogLine[] ToArray() => [.. _lines];
}
