using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>How a process ended, as systemctl prints it.</summary>
internal readonly record struct ProcessEnd(int? ExitCode, int? Signal, bool CoreDumped)
{
    /// <summary>
    /// Reads <c>(code=exited, status=1/FAILURE)</c>, <c>(code=killed, signal=KILL)</c>,
    /// <c>(code=dumped, signal=ABRT)</c>, with anything behind; what is cut off is null.
    /// </summary>
    public static ProcessEnd Parse(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("(code=exited, status="))
            return new ProcessEnd(Status(text["(code=exited, status=".Length..]), null, false);
        var dumped = text.StartsWith("(code=dumped, signal=");
        if (!dumped && !text.StartsWith("(code=killed, signal="))
            return default;
        var signal = text["(code=killed, signal=".Length..];
        var end = signal.IndexOf(')');
        return new ProcessEnd(null, end < 0 ? null : LinuxSignal.Number(signal[..end]), dumped);
    }

    private static int? Status(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny("/)");
        return end >= 0 && int.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;
    }
}
