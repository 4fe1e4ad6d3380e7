using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DockerArchive.Terminal;

/// <summary>The terminal at file descriptor 0, on Linux and macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal : LocalTerminal
{
    private const int StandardInput = 0;
    private const int Now = 0;
    private const int Interrupted = 4;
    private const short Readable = 1;

    // As large as any platform's struct termios; libc alone knows what is in it.
    private readonly byte[] _remembered = new byte[512];
    private readonly byte[] _typed = new byte[16 * 1024];
    private readonly AnonymousPipeServerStream _stop = new(PipeDirection.Out);
    private readonly SafePipeHandle _stopped;
    private readonly PosixSignalRegistration[] _signals;

    public UnixTerminal()
    {
        _stopped = _stop.ClientSafePipeHandle;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => OnResized()),

            PosixSignalRegistration.Create(PosixSignal.SIGCONT, Keep),
            PosixSignalRegistration.Create(PosixSignal.SIGCHLD, Keep),

            // These may end the process without ProcessExit.
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => GiveBack()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => GiveBack()),
        ];
    }

    public override ReadOnlySpan<byte> Read()
    {
        PollEntry[] entries =
        [
            new(StandardInput, Readable, 0),
            new((int)_stopped.DangerousGetHandle(), Readable, 0),
        ];
        while (true)
        {
            // Keys wait in the terminal until somebody asks for them: only a read that will not block may be begun.
            var ready = Poll(entries, (nuint)entries.Length, -1);
            if (ready > 0 && entries[1].Happened != 0)
                return [];
            var length = ready > 0 ? ReadDescriptor(StandardInput, _typed, (nuint)_typed.Length) : -1;
            if (length >= 0)
                return _typed.AsSpan(0, (int)length);
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return [];
        }
    }

    public override void StopReading() => _stop.Dispose();

    protected override void Remember()
    {
        if (GetAttributes(StandardInput, _remembered) != 0)
            throw new Win32Exception();
    }

    protected override void SetRaw()
    {
        var raw = _remembered.ToArray();
        MakeRaw(raw);
        _ = SetAttributes(StandardInput, Now, raw);
    }

    protected override void SetRemembered() => _ = SetAttributes(StandardInput, Now, _remembered);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (var signal in _signals)
            signal.Dispose();
        _stopped.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// When the process continues, and when a child of it ends, .NET would set the mode that it likes; and the shell that
    /// continued it has set its own.
    /// </summary>
    private void Keep(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Retake();
    }

    /// <summary>struct pollfd.</summary>
    private readonly record struct PollEntry(int Descriptor, short Events, short Happened);

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for five calls.
    [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetAttributes(int descriptor, byte[] attributes);

    [DllImport("libc", EntryPoint = "tcsetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAttributes(int descriptor, int when, byte[] attributes);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void MakeRaw(byte[] attributes);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll([In, Out] PollEntry[] entries, nuint count, int timeout);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadDescriptor(int descriptor, byte[] buffer, nuint length);
#pragma warning restore SYSLIB1054
}
