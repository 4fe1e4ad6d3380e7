using System.Management.Automation;

namespace DockerArchive.Host;

internal enum LineEnd
{
    Accepted,
    Cancelled,
    EndOfInput,
}

internal readonly record struct EditedLine(LineEnd Ended, string Text);

/// <summary>Reads a line from the terminal with the keys that shells agree on.</summary>
internal sealed class LineEditor(
    ConsoleOutput output,
    KeyReader keys,
    LineHistory? history = null,
    Func<string, int, CommandCompletion?>? complete = null)
{
    private readonly LineBuffer _line = new();
    private LinePainter _painter = new(output, "", null);

    public EditedLine Read(string prompt, char? mask = null)
    {
        if (!output.CanRedraw)
            return ReadPlain(prompt);

        output.SuspendProgress();
        output.SetApplicationCursorKeys(true);
        _line.Set("");
        history?.Rewind();
        _painter = new LinePainter(output, prompt, mask);

        _painter.WritePrompt();
        try
        {
            return keys.WithControlC(Edit);
        }
        finally
        {
            output.SetApplicationCursorKeys(false);
            output.ResumeProgress();
        }
    }

    private EditedLine Edit()
    {
        while (true)
        {
            if (keys.Read() is not { } key)
                return End(LineEnd.EndOfInput, "");
            if (Handle(key) is { } ended)
                return ended;
        }
    }

    private EditedLine ReadPlain(string prompt)
    {
        output.Write(prompt);
        return Console.In.ReadLine() is { } line ? new(LineEnd.Accepted, line) : new(LineEnd.EndOfInput, "");
    }

    private EditedLine? Handle(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        var alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.Enter:
            case ConsoleKey.J or ConsoleKey.M when control:
                return End(LineEnd.Accepted, _line.Text);
            case ConsoleKey.C when control:
                return End(LineEnd.Cancelled, "");
            case ConsoleKey.D when control && _line.Text.Length == 0:
                return End(LineEnd.EndOfInput, "");
            case ConsoleKey.L when control:
                output.Draw("\e[H\e[2J");
                _painter.WritePrompt();
                break;
            case ConsoleKey.Tab when complete is not null:
                Complete();
                break;
            default:
                Edit(key, control, alt);
                break;
        }

        _painter.Paint(_line.Text, _line.Cursor);
        return null;
    }

    private void Edit(ConsoleKeyInfo key, bool control, bool alt)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when control || alt:
            case ConsoleKey.B when alt:
                _line.WordLeft();
                break;
            case ConsoleKey.RightArrow when control || alt:
            case ConsoleKey.F when alt:
                _line.WordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when control:
                _line.Left();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when control:
                _line.Right();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _line.MoveTo(0);
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _line.MoveTo(_line.Text.Length);
                break;
            case ConsoleKey.Backspace when control || alt:
            case ConsoleKey.W when control:
                _line.DeleteWordBack();
                break;
            case ConsoleKey.Backspace:
            case ConsoleKey.H when control:
                _line.DeleteBack();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                _line.DeleteForward();
                break;
            case ConsoleKey.D when alt:
                _line.DeleteWordForward();
                break;
            case ConsoleKey.U when control:
                _line.DeleteToStart();
                break;
            case ConsoleKey.K when control:
                _line.DeleteToEnd();
                break;
            case ConsoleKey.Escape:
                _line.Set("");
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                if (history?.Older(_line.Text) is { } older)
                    _line.Set(older);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                if (history?.Newer() is { } newer)
                    _line.Set(newer);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    _line.Insert(key.KeyChar.ToString());
                break;
        }
    }

    /// <summary>Inserts what all candidates have in common; when that is nothing new, lists them.</summary>
    private void Complete()
    {
        if (complete?.Invoke(_line.Text, _line.Cursor) is not { CompletionMatches.Count: > 0 } completion)
            return;

        var matches = completion.CompletionMatches;
        var replaced = _line.Text.Substring(completion.ReplacementIndex, completion.ReplacementLength);
        var common = CommonPrefix([.. matches.Select(match => match.CompletionText)]);
        if (matches.Count == 1 || common.Length > replaced.Length)
            _line.Replace(completion.ReplacementIndex, completion.ReplacementLength, common);
        else
        {
            _painter.Finish(_line.Text);
            output.Draw(Columns([.. matches.Select(match => match.ListItemText)]));
            _painter.WritePrompt();
        }
    }

    private static string CommonPrefix(IReadOnlyList<string> texts)
    {
        var first = texts[0];
        var length = first.Length;
        foreach (var text in texts)
        {
            length = Math.Min(length, text.Length);
            for (var i = 0; i < length; i++)
            {
                if (char.ToUpperInvariant(first[i]) != char.ToUpperInvariant(text[i]))
                    length = i;
            }
        }

        return first[..length];
    }

    private static string Columns(IReadOnlyList<string> items)
    {
        const int Most = 100;
        var shown = items.Take(Most).ToList();
        var cells = shown.Max(CellWidth.Of) + 2;
        var perRow = Math.Max(1, ConsoleOutput.Width / cells);
        var padded = shown.Select(item => item + new string(' ', cells - CellWidth.Of(item)));
        var rows = padded.Chunk(perRow).Select(row => string.Concat(row).TrimEnd() + "\n");
        return string.Concat(rows) + (items.Count > Most ? $"… {items.Count - Most} more\n" : "");
    }

    private EditedLine End(LineEnd ended, string text)
    {
        _painter.Finish(_line.Text);
        output.NoteLineEnded();
        return new(ended, text);
    }
}
