namespace DockerArchive.Ssh;

/// <summary>The one place where text becomes a word of a remote POSIX shell.</summary>
internal static class ShellWord
{
    /// <summary>Quotes <paramref name="text"/> so that <c>sh</c> reads it as exactly one word with exactly these characters.</summary>
    /// <exception cref="ArgumentException">The text has a NUL character, which no shell word can hold.</exception>
    public static string Quote(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A NUL character cannot be passed to a remote command.", nameof(text));
        // A word with '=' is an assignment where a command may begin, unless it is an option.
        return text.Length > 0 && text.All(c => IsPlain(c) || (c == '=' && text[0] == '-'))
            ? text
            : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    /// <summary>Quotes each word and joins them with blanks.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '@' or '%' or '+' or ',';
}
