using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>Names of Linux signal numbers (x86 and ARM numbering, the guests' architectures).</summary>
internal static class LinuxSignal
{
    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    private const int FirstRealTime = 34;

    public static string? Name(int? number) =>
        number is >= 1 and <= 31 ? $"SIG{Names[number.Value - 1]}" : number is { } other ? $"SIG{other}" : null;

    /// <summary>
    /// The number of a name as systemd prints it: <c>KILL</c>, <c>SIGKILL</c>, <c>RTMIN+3</c>, or a number; null for any
    /// other word.
    /// </summary>
    public static int? Number(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("SIG"))
            name = name[3..];
        var realTime = name.StartsWith("RTMIN+");
        if (byte.TryParse(realTime ? name[6..] : name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return realTime ? FirstRealTime + number : number;
        for (var i = 0; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
                return i + 1;
        }

        return name is "RTMIN" ? FirstRealTime : null;
    }
}
