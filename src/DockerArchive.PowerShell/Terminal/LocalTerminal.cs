using System.Management.Automation;
using DockerArchive.Ssh;

namespace DockerArchive.Terminal;

/// <summary>
/// The terminal of this process while it belongs to a guest: what is typed arrives as it is, and what is shown is
/// obeyed. Disposing of it gives it back as it was; so does an end of the process that can be noticed.
/// </summary>
internal abstract class LocalTerminal : IDisposable
{
    private static int _taken;

    private readonly object _changing = new();
    private readonly ScreenModes _modes = new();
    private readonly Stream _output = Console.OpenStandardOutput();
    private bool _isRaw;
    private bool _isReleased;

    /// <summary>Its size has changed.</summary>
    public event Action? Resized;

    /// <summary>Whether this process has a terminal for its input and output.</summary>
    public static bool IsThere => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Its type, for the guest's TERM.</summary>
    public static string Type =>
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } type ? type : "xterm-256color";

    public static TerminalSize Size => new(Console.WindowWidth, Console.WindowHeight);

    /// <summary>Takes the terminal.</summary>
    /// <exception cref="ArchiveException">It is taken.</exception>
    public static LocalTerminal Take()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            throw new ArchiveException(
                "TerminalTaken",
                ErrorCategory.ResourceBusy,
                null,
                "The terminal already belongs to another Enter-ArchiveEnv of this process. Leave that first.");
        }

        LocalTerminal? terminal = null;
        try
        {
            terminal = OperatingSystem.IsWindows() ? new WindowsTerminal() : new UnixTerminal();
            terminal.Begin();
            return terminal;
        }
        catch
        {
            terminal?.Dispose();
            Volatile.Write(ref _taken, 0);
            throw;
        }
    }

    /// <summary>Waits for what is typed.</summary>
    /// <returns>Nothing once <see cref="StopReading"/> was called or the terminal has gone.</returns>
    public abstract ReadOnlySpan<byte> Read();

    /// <summary>Ends a wait for what is typed, and all later ones. No key that comes after it is lost.</summary>
    public abstract void StopReading();

    /// <summary>Shows bytes as they are; waits for a slow terminal.</summary>
    public void Show(ReadOnlySpan<byte> bytes)
    {
        lock (_changing)
        {
            if (_isRaw)
                Write(bytes);
            _modes.Follow(bytes);
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _isReleased)
            return;
        _isReleased = true;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        GiveBack();
        _output.Dispose();
        Volatile.Write(ref _taken, 0);
    }

    /// <summary>Remembers how the terminal is.</summary>
    protected abstract void Remember();

    /// <summary>Switches everything off that the terminal does with keys and text.</summary>
    protected abstract void SetRaw();

    /// <summary>Makes the terminal what it was when it was remembered.</summary>
    protected abstract void SetRemembered();

    /// <summary>Gives the terminal back, and undoes what a full-screen program had no time to undo.</summary>
    protected void GiveBack()
    {
        lock (_changing)
        {
            if (!_isRaw)
                return;
            _isRaw = false;
            Write(_modes.Reset());
            SetRemembered();
        }
    }

    /// <summary>Takes the terminal again after somebody else has set its mode.</summary>
    protected void Retake()
    {
        lock (_changing)
        {
            if (_isRaw)
                SetRaw();
        }
    }

    protected void OnResized() => Resized?.Invoke();

    private void Begin()
    {
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        lock (_changing)
        {
            Remember();
            SetRaw();
            _isRaw = true;
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _output.Write(bytes);
        }
        catch (IOException)
        {
            // The terminal has gone, and reading from it says so.
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => GiveBack();
}
