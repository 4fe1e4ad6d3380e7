using System.Globalization;
using System.Text;

namespace DockerArchive.Host;

/// <summary>How many terminal cells text takes: none for styles and combining marks, two for wide characters.</summary>
internal static class CellWidth
{
    public static int Of(string text) => OfPlain(PlainText.Of(text));

    public static int OfPlain(ReadOnlySpan<char> text)
    {
        var cells = 0;
        foreach (var rune in text.EnumerateRunes())
            cells += Of(rune);

        return cells;
    }

    /// <summary>Cuts plain text to at most <paramref name="cells"/> cells, marking the cut with an ellipsis.</summary>
    public static string Truncate(string text, int cells)
    {
        if (OfPlain(text) <= cells)
            return text;
        if (cells <= 0)
            return "";

        var used = 0;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            used += Of(rune);
            if (used > cells - 1)
                break;
            kept.Append(rune);
        }

        return kept.Append('…').ToString();
    }

    private static int Of(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            return 0;

        return IsWide(rune.Value) ? 2 : 1;
    }

    // The wide and full-width ranges of Unicode's EastAsianWidth.txt, coarsely, as terminals draw them.
    private static bool IsWide(int value) => value >= 0x1100 && value is
        <= 0x115F or 0x2329 or 0x232A
        or (>= 0x2E80 and <= 0xA4CF and not 0x303F)
        or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE10 and <= 0xFE19)
        or (>= 0xFE30 and <= 0xFE6F)
        or (>= 0xFF00 and <= 0xFF60)
        or (>= 0xFFE0 and <= 0xFFE6)
        or (>= 0x1F300 and <= 0x1F64F)
        or (>= 0x1F680 and <= 0x1F6FF)
        or (>= 0x1F900 and <= 0x1F9FF)
        or (>= 0x20000 and <= 0x3FFFD);
}
