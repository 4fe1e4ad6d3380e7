using System.Globalization;

namespace DockerArchive.Host;

/// <summary>The text of a line being edited and the place of the cursor in it.</summary>
internal sealed class LineBuffer
{
    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    public void Set(string text, int? cursor = null)
    {
        Text = text;
        Cursor = cursor ?? text.Length;
    }

    public void Insert(string text) => Replace(Cursor, 0, text);

    public void Replace(int start, int length, string text)
    {
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(start + length));
        Cursor = start + text.Length;
    }

    public void MoveTo(int position) => Cursor = Math.Clamp(position, 0, Text.Length);

    public void Left() => Cursor = Previous();

    public void Right() => Cursor = Next();

    public void WordLeft() => Cursor = WordStart();

    public void WordRight() => Cursor = WordEnd();

    public void DeleteBack() => Delete(Previous(), Cursor);

    public void DeleteForward() => Delete(Cursor, Next());

    public void DeleteWordBack() => Delete(WordStart(), Cursor);

    public void DeleteWordForward() => Delete(Cursor, WordEnd());

    public void DeleteToStart() => Delete(0, Cursor);

    public void DeleteToEnd() => Delete(Cursor, Text.Length);

    private void Delete(int from, int to) => Replace(from, to - from, "");

    // A user's character can be several code units: a surrogate pair, or a letter with its accents.
    private int Next() => Cursor == Text.Length
        ? Cursor
        : Cursor + StringInfo.GetNextTextElementLength(Text.AsSpan(Cursor));

    private int Previous()
    {
        var position = 0;
        for (var next = 0; next < Cursor; next += StringInfo.GetNextTextElementLength(Text.AsSpan(next)))
            position = next;

        return position;
    }

    private int WordStart()
    {
        var position = Cursor;
        while (position > 0 && !char.IsLetterOrDigit(Text[position - 1]))
            position--;
        while (position > 0 && char.IsLetterOrDigit(Text[position - 1]))
            position--;

        return position;
    }

    private int WordEnd()
    {
        var position = Cursor;
        while (position < Text.Length && !char.IsLetterOrDigit(Text[position]))
            position++;
        while (position < Text.Length && char.IsLetterOrDigit(Text[position]))
            position++;

        return position;
    }
}
