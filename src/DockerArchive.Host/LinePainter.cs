using System.Globalization;
using System.Text;

namespace DockerArchive.Host;

/// <summary>Draws an edited line below its prompt, over as many rows as it takes.</summary>
internal sealed class LinePainter(ConsoleOutput output, string prompt, char? mask)
{
    private readonly int _promptCells = CellWidth.Of(prompt[(prompt.LastIndexOf('\n') + 1)..]);

    /// <summary>The row of the cursor below the row where the line starts.</summary>
    private int _cursorRow;

    public void WritePrompt()
    {
        output.Draw(output.StylesOutput ? prompt : PlainText.Of(prompt));
        _cursorRow = 0;
    }

    public void Paint(string text, int cursor)
    {
        var shown = Shown(text);
        var width = ConsoleOutput.Width;
        var start = _promptCells % width;
        var end = Position(shown, shown.Length, start, width);
        var target = Position(shown, Shown(text[..cursor]).Length, start, width);

        var drawing = new StringBuilder("\e[?25l\r");
        MoveUp(drawing, _cursorRow);
        drawing.Append(CultureInfo.InvariantCulture, $"\e[{start + 1}G\e[J").Append(shown);

        // After the last cell of a row the cursor still hangs there; a space and back makes it take the next row.
        if (end.Column == 0 && shown.Length > 0)
            drawing.Append(" \b");

        MoveUp(drawing, end.Row - target.Row);
        drawing.Append(CultureInfo.InvariantCulture, $"\e[{target.Column + 1}G\e[?25h");
        output.Draw(drawing.ToString());
        _cursorRow = target.Row;
    }

    /// <summary>Leaves the line as it is and continues on the row below it.</summary>
    public void Finish(string text)
    {
        Paint(text, text.Length);
        output.Draw("\n");
        _cursorRow = 0;
    }

    private static void MoveUp(StringBuilder drawing, int rows)
    {
        if (rows > 0)
            drawing.Append(CultureInfo.InvariantCulture, $"\e[{rows}A");
    }

    private string Shown(string text) => mask is { } character
        ? new string(character, text.Length)
        : text.Replace('\n', '⏎').Replace('\t', ' ');

    private static (int Row, int Column) Position(string text, int length, int start, int width)
    {
        var row = 0;
        var column = start;
        foreach (var rune in text.AsSpan(0, length).EnumerateRunes())
        {
            var cells = CellWidth.OfPlain(rune.ToString());
            if (column + cells > width)
                (row, column) = (row + 1, 0);
            column += cells;
            if (column == width)
                (row, column) = (row + 1, 0);
        }

        return (row, column);
    }
}
