using System.Runtime.InteropServices;

namespace DockerArchive.Host;

/// <summary>Windows consoles interpret escape sequences only when asked to; terminals elsewhere always do.</summary>
internal static class WindowsConsole
{
    private const int StandardOutput = -11;
    private const uint EnableVirtualTerminalProcessing = 4;

    public static bool TryEnableVirtualTerminal()
    {
        if (!OperatingSystem.IsWindows())
            return true;

        var output = GetStdHandle(StandardOutput);
        return GetConsoleMode(output, out var mode) && SetConsoleMode(output, mode | EnableVirtualTerminalProcessing);
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for three calls.
    [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int handle);

    [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetConsoleMode(nint console, out uint mode);

    [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleMode(nint console, uint mode);
#pragma warning restore SYSLIB1054
}
