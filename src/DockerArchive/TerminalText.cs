using System.Globalization;
using System.Text;

namespace DockerArchive;

/// <summary>Text from elsewhere that is about to be shown on a terminal.</summary>
public static class TerminalText
{
    /// <summary>
    /// Makes control characters visible instead of letting the terminal obey them: C0 and DEL as caret notation
    /// (<c>^[</c>), C1 and bidirectional controls as <c>\u009b</c>. Tab stays.
    /// </summary>
    /// <param name="text">Any text; null gives an empty one.</param>
    public static string Neutralize(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var first = text.AsSpan().IndexOfAnyDangerous();
        if (first < 0)
            return text;

        var result = new StringBuilder(text.Length + 16);
        result.Append(text.AsSpan(0, first));
        foreach (var c in text.AsSpan(first))
        {
            if (!IsDangerous(c))
                result.Append(c);
            else if (c < 0x20)
                result.Append('^').Append((char)(c + 0x40));
            else if (c == 0x7f)
                result.Append("^?");
            else
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return result.ToString();
    }

    /// <summary>Removes escape sequences and control characters, for text whose colours and movements carry nothing.</summary>
    internal static string Strip(string text)
    {
        if (text.AsSpan().IndexOfAnyDangerous() < 0)
            return text;

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\x1b')
                i = SequenceEnd(text, i);
            else if (!IsDangerous(text[i]))
                result.Append(text[i]);
        }

        return result.ToString();
    }

    /// <summary>Index of the last character of the escape sequence that starts at <paramref name="start"/> (ECMA-48).</summary>
    private static int SequenceEnd(string text, int start)
    {
        var i = start + 1;
        if (i >= text.Length)
            return start;
        if (text[i] == '[')
        {
            do
                i++;
            while (i < text.Length && text[i] is >= ' ' and < '@');
            return i;
        }

        if (text[i] is ']' or 'P' or '_' or '^' or 'X')
        {
            while (i < text.Length && text[i] != '\a' && !(text[i] == '\\' && text[i - 1] == '\x1b'))
                i++;
            return i;
        }

        while (i < text.Length && text[i] is >= ' ' and <= '/')
            i++;
        return i;
    }

    private static int IndexOfAnyDangerous(this ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsDangerous(text[i]))
                return i;
        }

        return -1;
    }

    private static bool IsDangerous(char c) =>
        c is (< ' ' and not '\t') or (>= '\x7f' and <= '\x9f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')
            or '\u200e' or '\u200f';
}
