namespace DockerArchive.Systemd;

/// <summary>
/// The line <c>Active:</c> of <c>systemctl status</c>:
/// <c>failed (Result: signal) since Wed 2025-08-27 02:21:03 UTC; 2min 12s ago</c>.
/// </summary>
internal sealed class StatusActive
{
    private readonly string? _since;

    public StatusActive(string? value)
    {
        if (value is null)
            return;
        var since = value.IndexOf(" since ", StringComparison.Ordinal);
        ReadState(since < 0 ? value : value[..since], since >= 0);
        if (since >= 0)
            (_since, Age, AgeUnit) = ReadTime(value[(since + " since ".Length)..]);
    }

    public UnitActiveState State { get; private set; }

    public string? SubState { get; private set; }

    public string? Result { get; private set; }

    /// <summary>Whether nothing is cut off the states.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The time behind "since", empty where there is none.</summary>
    public ReadOnlySpan<char> Since => _since;

    /// <summary>How long ago that was, cut to <see cref="AgeUnit"/>.</summary>
    public TimeSpan? Age { get; }

    public TimeSpan AgeUnit { get; }

    private void ReadState(string text, bool goesOn)
    {
        var parts = text.Split(" (");
        State = UnitStates.Active(parts[0]);
        IsWhole = State != UnitActiveState.Unknown && (goesOn || parts.Length > 1) && parts[1..].All(part => part.EndsWith(')'));
        // systemctl does not repeat a state that is called the same in the words of the unit's type.
        if (IsWhole)
            SubState = parts[0];
        foreach (var part in parts[1..].Where(part => part.EndsWith(')')).Select(part => part[..^1]))
        {
            if (part.StartsWith("Result: ", StringComparison.Ordinal))
                Result = part["Result: ".Length..];
            else if (!IsFreezerState(part))
                SubState = part;
        }
    }

    private static bool IsFreezerState(string word) =>
        word is "frozen" or "freezing" or "thawing" or "frozen-by-parent" or "freezing-by-parent";

    // Without the age the time may be cut: +05 may be the start of +0530.
    private static (string? Since, TimeSpan? Age, TimeSpan AgeUnit) ReadTime(string text)
    {
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0)
            return (text.EndsWith(" UTC", StringComparison.Ordinal) ? text : null, null, default);
        var age = text.AsSpan(semicolon + 1).Trim();
        return age.EndsWith(" ago")
            ? (text[..semicolon], SystemdTimeSpan.Parse(age[..^" ago".Length], out var unit), unit)
            : (text[..semicolon], null, default);
    }
}
