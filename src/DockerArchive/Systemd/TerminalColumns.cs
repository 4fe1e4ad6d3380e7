namespace DockerArchive.Systemd;

/// <summary>
/// Tells from the lines that a terminal showed which of them it may have broken: those as wide as it is, and that is as
/// wide as the widest.
/// </summary>
internal sealed class TerminalColumns
{
    private const int Narrowest = 80;

    private int _widest = Narrowest;
    private string _last = "";

    /// <summary>
    /// Whether the last line may go on in the next. A pager cuts lines and marks that by a <c>&gt;</c>; a wide character
    /// that has no place in the last column goes to the next line.
    /// </summary>
    public bool AreFull => !_last.EndsWith('>') && GreatestWidth(_last) >= _widest - 1;

    /// <summary>Takes note of a line that begins something.</summary>
    public void Start(string line)
    {
        _widest = Math.Max(_widest, LeastWidth(line));
        _last = line;
    }

    /// <summary>Takes note of any other line.</summary>
    public void Continue(string line) => _last = line;

    // Which characters take two columns is up to the terminal: a line with any beyond ASCII is somewhere between.
    private static int LeastWidth(string line) => line.AsSpan().Length - LowSurrogates(line);

    private static int GreatestWidth(string line)
    {
        var beyond = 0;
        foreach (var c in line)
            beyond += char.IsAscii(c) || char.IsLowSurrogate(c) ? 0 : 1;
        return LeastWidth(line) + beyond;
    }

    private static int LowSurrogates(string line)
    {
        var count = 0;
        foreach (var c in line)
            count += char.IsLowSurrogate(c) ? 1 : 0;
        return count;
    }
}
