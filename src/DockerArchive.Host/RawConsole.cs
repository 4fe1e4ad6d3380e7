using System.Management.Automation;
using System.Management.Automation.Host;

namespace DockerArchive.Host;

/// <summary>The cells, keys and sizes of the terminal.</summary>
internal sealed class RawConsole(ConsoleOutput output, Session session) : PSHostRawUserInterface
{
    private string _title = "";

    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => throw NotSupported("Setting the buffer's size");
    }

    public override Size WindowSize
    {
        get => new(ConsoleOutput.Width, ConsoleOutput.Height);
        set => throw NotSupported("Setting the window's size");
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw NotSupported("Moving the window");
    }

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected ? new(0, 0) : new(Console.CursorLeft, Console.CursorTop);
        set
        {
            if (!Console.IsOutputRedirected)
                Console.SetCursorPosition(Math.Max(0, value.X), Math.Max(0, value.Y));
        }
    }

    public override int CursorSize { get; set; } = 25;

    public override bool KeyAvailable => session.Keys.KeyAvailable;

    public override string WindowTitle
    {
        get => _title;
        set
        {
            _title = value;
            if (!Console.IsOutputRedirected)
                Console.Title = value;
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (Console.IsInputRedirected)
            throw new InvalidOperationException("Standard input is redirected: there are no keys to read.");

        var read = session.Keys.WithControlC(session.Keys.Read);
        if (read is not { } key || (IsControlC(key) && !options.HasFlag(ReadKeyOptions.AllowCtrlC)))
        {
            session.Interrupt();
            throw new PipelineStoppedException();
        }

        if (!options.HasFlag(ReadKeyOptions.NoEcho))
            output.Write(key.KeyChar.ToString());

        ControlKeyStates state = 0;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            state |= ControlKeyStates.LeftCtrlPressed;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            state |= ControlKeyStates.LeftAltPressed;
        if (key.Modifiers.HasFlag(ConsoleModifiers.Shift))
            state |= ControlKeyStates.ShiftPressed;
        return new KeyInfo((int)key.Key, key.KeyChar, state, keyDown: true);
    }

    public override void FlushInputBuffer() => session.Keys.Discard();

    public override int LengthInBufferCells(string source) => CellWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => CellWidth.Of(source[offset..]);

    public override int LengthInBufferCells(char source) => CellWidth.OfPlain([source]);

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NotSupported("Reading the screen");

    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NotSupported("Scrolling");

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) =>
        throw NotSupported("Writing cells");

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Minus one all around is PowerShell's way to say the whole screen.
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
            throw NotSupported("Writing cells");
        if (!Console.IsOutputRedirected)
            Console.Clear();
    }

    private static bool IsControlC(ConsoleKeyInfo key) =>
        key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control };

    private static NotSupportedException NotSupported(string what) => new($"{what} is not supported by pwsh-host.");
}
