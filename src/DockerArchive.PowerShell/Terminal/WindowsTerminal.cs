using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DockerArchive.Terminal;

/// <summary>The console of this process, on Windows 10 or later.</summary>
internal sealed class WindowsTerminal : LocalTerminal
{
    private const int StandardInput = -10;
    private const int StandardOutput = -11;
    private const uint Utf8 = 65001;
    private const uint ProcessedLineEchoInput = 0x1 | 0x2 | 0x4;
    private const uint WindowAndVirtualTerminalInput = 0x8 | 0x200;
    private const uint ProcessedVirtualTerminalOutput = 0x1 | 0x4;
    private const uint NoReturnWithNewline = 0x8;
    private const short KeyEvent = 1;
    private const short WindowBufferSizeEvent = 4;
    private const short AltKey = 0x12;

    private readonly nint _input = GetStdHandle(StandardInput);
    private readonly nint _output = GetStdHandle(StandardOutput);
    private readonly ManualResetEvent _stop = new(false);
    private readonly ManualResetEvent _ready = new(false);
    private readonly InputRecord[] _records = new InputRecord[256];
    private readonly Encoder _utf8 = Encoding.UTF8.GetEncoder();
    private uint _inputMode;
    private uint _outputMode;
    private uint _inputCodePage;
    private uint _outputCodePage;

    public WindowsTerminal() => _ready.SafeWaitHandle = new SafeWaitHandle(_input, ownsHandle: false);

    public override ReadOnlySpan<byte> Read()
    {
        var typed = new List<char>();
        while (typed.Count == 0)
        {
            // Reading characters would block at events that are no keys; records are there when the handle says so.
            if (WaitHandle.WaitAny([_stop, _ready]) == 0
                || !ReadConsoleInput(_input, _records, (uint)_records.Length, out var count))
                return [];
            foreach (var record in _records.AsSpan(0, (int)count))
            {
                if (record.Type == WindowBufferSizeEvent)
                    OnResized();

                // A character composed with Alt and digits comes when Alt is released.
                if (record.Type == KeyEvent && record.Character != 0 && (record.IsDown != 0 || record.Key == AltKey))
                    typed.AddRange(Enumerable.Repeat((char)record.Character, record.Repeated));
            }
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(typed.Count)];
        return bytes.AsSpan(0, _utf8.GetBytes(CollectionsMarshal.AsSpan(typed), bytes, flush: false));
    }

    public override void StopReading() => _stop.Set();

    protected override void Remember()
    {
        if (!GetConsoleMode(_input, out _inputMode) || !GetConsoleMode(_output, out _outputMode))
            throw new Win32Exception();
        _inputCodePage = GetConsoleCP();
        _outputCodePage = GetConsoleOutputCP();
    }

    protected override void SetRaw() => Set(
        (_inputMode & ~ProcessedLineEchoInput) | WindowAndVirtualTerminalInput,
        _outputMode | ProcessedVirtualTerminalOutput | NoReturnWithNewline,
        Utf8,
        Utf8);

    protected override void SetRemembered() => Set(_inputMode, _outputMode, _inputCodePage, _outputCodePage);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _stop.Dispose();
        _ready.Dispose();
    }

    private void Set(uint inputMode, uint outputMode, uint inputCodePage, uint outputCodePage)
    {
        _ = SetConsoleMode(_input, inputMode);
        _ = SetConsoleMode(_output, outputMode);
        _ = SetConsoleCP(inputCodePage);
        _ = SetConsoleOutputCP(outputCodePage);
    }

    /// <summary>INPUT_RECORD, with the fields of a key event.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 20)]
    private struct InputRecord
    {
        [FieldOffset(0)]
        public short Type;

        [FieldOffset(4)]
        public int IsDown;

        [FieldOffset(8)]
        public ushort Repeated;

        [FieldOffset(10)]
        public short Key;

        [FieldOffset(14)]
        public ushort Character;
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for eight calls.
    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int handle);

    [DllImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetConsoleMode(nint console, out uint mode);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleMode(nint console, uint mode);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetConsoleCP();

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetConsoleOutputCP();

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleCP(uint codePage);

    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleOutputCP(uint codePage);

    [DllImport("kernel32.dll", EntryPoint = "ReadConsoleInputW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool ReadConsoleInput(nint console, [Out] InputRecord[] records, uint length, out uint count);
#pragma warning restore SYSLIB1054
}
