namespace DockerArchive.Systemd;

/// <summary>
/// The line <c>Loaded:</c> of <c>systemctl status</c>: <c>loaded (PATH; enabled; vendor preset: enabled)</c> (from
/// systemd 252 <c>preset: enabled</c>), <c>masked (Reason: Unit x.service is masked.)</c>.
/// </summary>
internal sealed class StatusLoaded
{
    private const string Reason = "Reason: ";
    private const string PresetLabel = "preset: ";

    public StatusLoaded(string? value, string unit)
    {
        if (value is null)
            return;
        var open = value.IndexOf(" (", StringComparison.Ordinal);
        State = UnitStates.Load(open < 0 ? value : value[..open]);
        if (open < 0)
            return;
        var isWhole = value.EndsWith(')');
        var inside = isWhole ? value[(open + 2)..^1] : value[(open + 2)..];
        if (inside.StartsWith(Reason, StringComparison.Ordinal))
            Error = inside[Reason.Length..];
        else
            ReadParts(inside.Split(';', StringSplitOptions.TrimEntries), isWhole, unit);
    }

    public UnitLoadState State { get; }

    public string? Error { get; }

    public string? FragmentPath { get; private set; }

    public string? SourcePath { get; private set; }

    public string? UnitFileState { get; private set; }

    public string? Preset { get; private set; }

    // Of a line that is cut, the last part is not known.
    private void ReadParts(string[] parts, bool isWhole, string unit)
    {
        var whole = isWhole ? parts.Length : parts.Length - 1;
        if (whole > 0 && IsFragment(parts[0], unit))
            FragmentPath = parts[0];
        else if (whole > 0)
            SourcePath = parts[0];
        if (whole > 1)
            UnitFileState = parts[1];
        if (whole > 2 && parts[2].LastIndexOf(PresetLabel, StringComparison.Ordinal) is var preset and >= 0)
            Preset = parts[2][(preset + PresetLabel.Length)..];
    }

    // systemctl prints the file that a generator read in place of the unit file: /etc/fstab, /etc/init.d/docker.
    private static bool IsFragment(string path, string unit) =>
        path == "/dev/null" || path.EndsWith(unit[unit.LastIndexOf('.')..], StringComparison.Ordinal);
}
