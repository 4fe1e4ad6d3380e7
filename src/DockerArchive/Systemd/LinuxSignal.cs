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

    public static string? Name(int? number) =>
        number is >= 1 and <= 31 ? $"SIG{Names[number.Value - 1]}" : number is { } other ? $"SIG{other}" : null;
}
