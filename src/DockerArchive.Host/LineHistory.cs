namespace DockerArchive.Host;

/// <summary>The lines entered in this session, and a walk through them.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private int _position;
    private string _unfinished = "";

    public void Add(string line)
    {
        if (_lines.Count == 0 || _lines[^1] != line)
            _lines.Add(line);
        _position = _lines.Count;
    }

    /// <summary>The line before the one shown; null at the oldest.</summary>
    public string? Older(string shown)
    {
        if (_position == 0)
            return null;
        if (_position == _lines.Count)
            _unfinished = shown;

        return _lines[--_position];
    }

    /// <summary>The line after the one shown; after the newest, the one that was being typed; null beyond it.</summary>
    public string? Newer() => _position == _lines.Count
        ? null
        : ++_position == _lines.Count ? _unfinished : _lines[_position];

    public void Rewind() => _position = _lines.Count;
}
