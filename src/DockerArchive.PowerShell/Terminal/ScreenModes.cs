using System.Text;

namespace DockerArchive.Terminal;

/// <summary>
/// Follows what a guest does to the terminal, to undo what is left of it when the guest ends in the midst of a
/// full-screen program. Undoing what was not done would harm: leaving an alternate screen twice moves the cursor.
/// </summary>
internal sealed class ScreenModes
{
    private const byte Escape = 0x1b;
    private const int LongestSequence = 64;

    /// <summary>Autowrap and the visible cursor; all other modes that matter are off by default.</summary>
    private static readonly int[] OnByDefault = [7, 25];

    /// <summary>Origin, mouse, focus, alternate screen, bracketed paste, synchronised output.</summary>
    private static readonly int[] OffByDefault =
        [6, 9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 47, 1047, 1049, 2004, 2026];

    private readonly SortedSet<int> _changed = [];
    private readonly List<byte> _sequence = [];
    private bool _hasStyle;
    private bool _hasRegion;
    private bool _hasKeyReporting;

    /// <summary>Reads what is shown; sequences may be in parts.</summary>
    public void Follow(ReadOnlySpan<byte> shown)
    {
        while (shown.Length > 0)
        {
            if (_sequence.Count == 0)
            {
                var start = shown.IndexOf(Escape);
                if (start < 0)
                    return;
                shown = shown[start..];
            }

            var next = shown[0];
            shown = shown[1..];
            if (next == Escape)
                _sequence.Clear();
            _sequence.Add(next);
            if (_sequence.Count == 1)
                continue;
            var isComplete = _sequence.Count > 2 && next is >= (byte)'@' and <= (byte)'~';
            if (isComplete)
                Apply(Encoding.ASCII.GetString([.. _sequence.Skip(2).SkipLast(1)]), (char)next);
            if (isComplete || _sequence[1] != '[' || _sequence.Count > LongestSequence)
                _sequence.Clear();
        }
    }

    /// <summary>What makes the terminal as it was, and nothing if it is.</summary>
    public byte[] Reset()
    {
        var text = new StringBuilder();

        // Setting the region moves the cursor.
        if (_hasRegion)
            text.Append("\e7\e[r\e8");
        if (_hasKeyReporting)
            text.Append("\e[>4m");
        foreach (var mode in _changed)
            text.Append("\e[?").Append(mode).Append(OnByDefault.Contains(mode) ? 'h' : 'l');
        if (_hasStyle)
            text.Append("\e[m");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private void Apply(string parameters, char final)
    {
        switch (final)
        {
            case 'h' or 'l' when parameters.StartsWith('?'):
                foreach (var mode in parameters[1..].Split(';'))
                    Set(mode, isOn: final == 'h');
                break;
            case 'm' when parameters.StartsWith('>'):
                _hasKeyReporting = parameters.StartsWith(">4;", StringComparison.Ordinal)
                    && parameters is not (">4;" or ">4;0");
                break;
            case 'm' when !parameters.StartsWith('?'):
                _hasStyle = parameters is not ("" or "0");
                break;
            case 'r' when !parameters.StartsWith('?'):
                _hasRegion = parameters.Length > 0;
                break;
        }
    }

    private void Set(string mode, bool isOn)
    {
        if (!int.TryParse(mode, out var number))
            return;
        var isChanged = OnByDefault.Contains(number) ? !isOn : isOn && OffByDefault.Contains(number);
        if (isChanged)
            _changed.Add(number);
        else
            _changed.Remove(number);
    }
}
