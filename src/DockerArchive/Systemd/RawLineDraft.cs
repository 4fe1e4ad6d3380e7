using System.Text;

namespace DockerArchive.Systemd;

/// <summary>An entry of what a daemon writes to its standard error: a line, or several that belong together.</summary>
internal sealed class RawLineDraft(string text) : EntryDraft
{
    private readonly StringBuilder _message = new(text);
    private readonly bool _isLogrus = IsLogrus(text);
    private bool _quoteIsOpen = HasOddQuotes(text);

    /// <summary>Whether a line starts as logrus text.</summary>
    public static bool IsLogrus(string text) =>
        text.StartsWith("time=", StringComparison.Ordinal) || text.StartsWith("level=", StringComparison.Ordinal);

    /// <summary>
    /// Takes the next lines of a logrus message, which BuildKit v0.3 does not escape, and, behind other text, indented
    /// lines and those of a Go stack trace.
    /// </summary>
    public override bool TryContinue(string text, int emptyLines, bool isBroken)
    {
        if (!(_isLogrus ? _quoteIsOpen : char.IsWhiteSpace(text[0]) || IsOfTrace(text)))
            return false;
        _quoteIsOpen ^= HasOddQuotes(text);
        _message.Append('\n', emptyLines + 1).Append(text);
        return true;
    }

    public override JournalEntry ToEntry(JournalClock clock, string? unit)
    {
        var message = _message.ToString();
        var logrus = LogrusText.TryParse(message, out var parsed) ? parsed : null;
        var (time, isCertain) = logrus?.Time is { } named ? (clock.Observe(named), true) : clock.Read(null);
        return new JournalEntry(logrus) { Time = time, TimeIsCertain = isCertain, Unit = unit, Message = message };
    }

    private static bool HasOddQuotes(string text)
    {
        var odd = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                odd = !odd;
        }

        return odd;
    }

    private static bool IsOfTrace(string text) =>
        (text.StartsWith("goroutine ", StringComparison.Ordinal) && text.EndsWith("]:", StringComparison.Ordinal)) ||
        text.StartsWith("created by ", StringComparison.Ordinal) ||
        text.StartsWith("[signal ", StringComparison.Ordinal) ||
        IsGoFunction(text);

    // main.main(), sync.(*Once).Do(0xc000), github.com/moby/buildkit/solver.(*edge).execOp: a dotted word, and perhaps
    // arguments, which alone may hold blanks.
    private static bool IsGoFunction(string text)
    {
        var arguments = text.IndexOf('(', StringComparison.Ordinal);
        while (arguments >= 0 && arguments + 1 < text.Length && text[arguments + 1] == '*')
            arguments = text.IndexOf('(', arguments + 1);
        var name = arguments < 0 ? text : text.AsSpan(0, arguments);
        return char.IsAsciiLetter(text[0]) && name.Contains('.') && !name.ContainsAny(" \t:=\"") &&
            (arguments < 0 || text.EndsWith(')'));
    }
}
