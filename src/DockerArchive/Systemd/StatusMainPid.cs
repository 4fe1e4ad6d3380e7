using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>
/// The line <c>Main PID:</c> of <c>systemctl status</c>: <c>272 (buildkitd)</c> while it runs,
/// <c>272 (code=killed, signal=KILL)</c> after, and behind either perhaps the process of another command.
/// </summary>
internal readonly record struct StatusMainPid(int? Pid, bool IsRunning, string? Name, ProcessEnd End)
{
    public static StatusMainPid Parse(string? value)
    {
        if (value is null)
            return default;

        // Before systemd 239 the control process was announced by a semicolon and blanks alone.
        var control = value.LastIndexOf("; ", StringComparison.Ordinal);
        var main = control < 0 ? value : value[..control];
        var pidEnd = main.IndexOf(' ', StringComparison.Ordinal);
        if (!int.TryParse(
                pidEnd < 0 ? main : main[..pidEnd], NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return default;

        var rest = pidEnd < 0 ? "" : main[(pidEnd + 1)..];
        if (rest.StartsWith("(code=", StringComparison.Ordinal))
            return new StatusMainPid(pid, false, null, ProcessEnd.Parse(rest));
        return new StatusMainPid(pid, rest.Length == 0 || rest[0] == '(', rest is ['(', .. var name, ')'] ? name : null, default);
    }
}
