using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace DockerArchive.Host;

/// <summary>All that the console writes: plain or styled text on two streams, and the progress lines below.</summary>
/// <remarks>
/// One lock serves both streams, because the progress lines have to make room before either writes to the terminal.
/// </remarks>
internal sealed class ConsoleOutput : IDisposable
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly ProgressRecords _progress = new();
    private readonly Timer _redrawTimer;
    private DateTime _lastDrawn;
    private bool _redrawScheduled;
    private bool _progressSuspended;

    /// <summary>The column of the text cursor, as far as this process moved it.</summary>
    private int _column;

    /// <summary>Column of the text above the progress lines while they are on the screen.</summary>
    private int? _columnAboveProgress;

    public ConsoleOutput()
    {
        // The terminal and every consumer of our pipes get UTF-8, whatever the locale's code page says.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        OutputIsTerminal = !Console.IsOutputRedirected;
        ErrorIsTerminal = !Console.IsErrorRedirected;
        var terminal = Environment.GetEnvironmentVariable("TERM");
        SupportsVirtualTerminal = terminal != "dumb" && WindowsConsole.TryEnableVirtualTerminal();
        if (terminal is "xterm-mono" or "xtermm" || Environment.GetEnvironmentVariable("NO_COLOR") is not null)
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;

        _redrawTimer = new Timer(_ => DrawScheduled());
    }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool SupportsVirtualTerminal { get; }

    /// <summary>Whether lines can be redrawn in place on standard output.</summary>
    public bool CanRedraw => OutputIsTerminal && SupportsVirtualTerminal;

    /// <summary>Whether text of standard output may carry colours.</summary>
    public bool StylesOutput => Styles(OutputIsTerminal);

    /// <summary>Whether text of standard error may carry colours.</summary>
    public bool StylesError => Styles(ErrorIsTerminal);

    public static int Width
    {
        get
        {
            // A pipe has no width, and what goes into it must not depend on the terminal it was started from.
            if (Console.IsOutputRedirected)
                return 120;

            var width = Console.WindowWidth;
            return width > 0 ? width : 80;
        }
    }

    public static int Height => !Console.IsOutputRedirected && Console.WindowHeight is var height and > 0 ? height : 40;

    public void Write(string text)
    {
        if (text.Length == 0)
            return;

        lock (_lock)
        {
            var plain = StylesOutput ? text : PlainText.Of(text);
            WriteAboveProgress(Console.Out, plain, OutputIsTerminal);
        }
    }

    public void WriteError(string text)
    {
        lock (_lock)
        {
            var plain = StylesError ? text : PlainText.Of(text);
            WriteAboveProgress(Console.Error, plain, ErrorIsTerminal);
        }
    }

    /// <summary>Moves the cursor and writes on the terminal for somebody who keeps track of the screen.</summary>
    public void Draw(string text)
    {
        lock (_lock)
            WriteTo(Console.Out, text, isTerminal: true);
    }

    /// <summary>Starts a new line unless the cursor is at the start of one already.</summary>
    public void EnsureLineStart()
    {
        if (!CanRedraw)
            return;

        // Native commands write past us, so only the terminal itself knows the column.
        if (AskCursorColumn() != 0)
            Draw("\n");
        _column = 0;
    }

    /// <summary>Tells where a line typed by the user left the cursor.</summary>
    public void NoteLineEnded()
    {
        lock (_lock)
            _column = 0;
    }

    public void ShowProgress(long source, ProgressRecord record)
    {
        if (!CanRedraw)
            return;

        lock (_lock)
        {
            _progress.Update(source, record);
            if (_progress.IsEmpty)
                Hide();
            else
                DrawOrSchedule();
        }
    }

    public void ClearProgress()
    {
        lock (_lock)
        {
            _progress.Clear();
            Hide();
        }
    }

    /// <summary>Leaves the terminal to a native command.</summary>
    public void BeginApplication()
    {
        SuspendProgress();
        SetApplicationCursorKeys(false);
    }

    /// <summary>
    /// The console class of .NET understands the cursor keys in one mode and most programs expect the other, which it
    /// does not switch back to (dotnet/runtime#27626).
    /// </summary>
    public void SetApplicationCursorKeys(bool enabled)
    {
        if (CanRedraw)
            Draw(enabled ? "\e[?1h" : "\e[?1l");
    }

    /// <summary>Takes the progress lines away while something else owns the terminal.</summary>
    public void SuspendProgress()
    {
        lock (_lock)
        {
            _progressSuspended = true;
            Hide();
        }
    }

    public void ResumeProgress()
    {
        lock (_lock)
        {
            _progressSuspended = false;
            _column = 0;
            if (!_progress.IsEmpty)
                DrawOrSchedule();
        }
    }

    public void Dispose()
    {
        ClearProgress();
        SetApplicationCursorKeys(false);
        _redrawTimer.Dispose();
    }

    private bool Styles(bool isTerminal) => PSStyle.Instance.OutputRendering switch
    {
        OutputRendering.PlainText => false,
        OutputRendering.Ansi => true,
        _ => isTerminal && SupportsVirtualTerminal,
    };

    private void WriteAboveProgress(TextWriter writer, string text, bool isTerminal)
    {
        if (!isTerminal)
        {
            WriteTo(writer, text, isTerminal: false);
            return;
        }

        Hide();
        WriteTo(writer, text, isTerminal: true);
        Advance(text);
        if (!_progress.IsEmpty)
            DrawOrSchedule();
    }

    private static int AskCursorColumn()
    {
        try
        {
            return Console.CursorLeft;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void WriteTo(TextWriter writer, string text, bool isTerminal)
    {
        try
        {
            writer.Write(text);
        }
        catch (IOException) when (isTerminal)
        {
            // The terminal was closed; SIGHUP ends the session, and what runs must still be able to clean up.
        }
    }

    private void Advance(string text)
    {
        var lineStart = text.AsSpan().LastIndexOfAny('\n', '\r') + 1;
        if (lineStart > 0)
            _column = 0;
        _column = (_column + CellWidth.Of(text[lineStart..])) % Width;
    }

    private void DrawOrSchedule()
    {
        var due = _lastDrawn + RedrawInterval - DateTime.UtcNow;
        if (due <= TimeSpan.Zero)
            Draw();
        else if (!_redrawScheduled)
        {
            _redrawScheduled = true;
            _redrawTimer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void DrawScheduled()
    {
        lock (_lock)
        {
            _redrawScheduled = false;
            if (!_progress.IsEmpty)
                Draw();
        }
    }

    private void Draw()
    {
        if (_progressSuspended)
            return;

        var lines = _progress.Render(Width - 1, Math.Max(5, Height / 3));
        var drawing = new StringBuilder("\e[?25l");
        if (_columnAboveProgress is null)
        {
            // The lines start at the left edge; text that has not ended its line keeps its place above them.
            _columnAboveProgress = _column;
            if (_column > 0)
                drawing.Append('\n');
        }

        drawing.Append("\r\e[J").AppendJoin("\n", StylesOutput ? lines : lines.Select(PlainText.Of));
        if (lines.Count > 1)
            drawing.Append(CultureInfo.InvariantCulture, $"\e[{lines.Count - 1}A");
        WriteTo(Console.Out, drawing.Append("\r\e[?25h").ToString(), isTerminal: true);
        _lastDrawn = DateTime.UtcNow;
    }

    private void Hide()
    {
        if (_columnAboveProgress is not { } column)
            return;

        WriteTo(Console.Out, column > 0 ? $"\r\e[J\e[A\e[{column + 1}G" : "\r\e[J", isTerminal: true);
        _columnAboveProgress = null;
    }
}
