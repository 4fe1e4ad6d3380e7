using System.Text;

namespace DockerArchive.Catalog;

/// <summary>Splits a compose <c>command</c> string into words as compose's go-shellwords does, without expanding anything.</summary>
internal static class CommandLineWords
{
    /// <remarks>A <c>;</c>, <c>&amp;</c>, <c>|</c>, <c>&lt;</c> or <c>&gt;</c> outside quotes ends the command: there is no shell that would see it.</remarks>
    /// <exception cref="FormatException">A quote or a parenthesis is not closed.</exception>
    public static string[] Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (inWord, escaped, backQuoted, substituted) = (false, false, false, false);
        var quote = '\0';
        foreach (var c in text)
        {
            if (escaped)
            {
                word.Append(c switch { 't' => '\t', 'n' => '\n', _ => c });
                (escaped, inWord) = (false, true);
                continue;
            }

            if (c == '\\')
            {
                if (quote == '\'')
                    word.Append(c);
                else
                    escaped = true;
                continue;
            }

            if (c is ' ' or '\t' or '\r' or '\n')
            {
                if (quote != '\0' || backQuoted || substituted)
                {
                    word.Append(c);
                }
                else if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }

                continue;
            }

            switch (c)
            {
                case '`' when quote == '\0' && !substituted:
                    backQuoted = !backQuoted;
                    break;
                case '(' when quote == '\0' && !backQuoted:
                    if (substituted || word is not { Length: > 0 } || word[^1] != '$')
                        throw Malformed(text);
                    substituted = true;
                    break;
                case ')' when quote == '\0' && !backQuoted:
                    substituted = !substituted;
                    break;
                case '"' or '\'' when !substituted && (quote == '\0' || quote == c):
                    inWord |= quote == c;
                    quote = quote == c ? '\0' : c;
                    continue;
                case ';' or '&' or '|' or '<' or '>' when quote == '\0' && !backQuoted && !substituted:
                    // A number before '>' is that of a file, and no word.
                    if (inWord && !(c == '>' && word is { Length: > 0 } && char.IsAsciiDigit(word[0])))
                        words.Add(word.ToString());
                    return [.. words];
            }

            word.Append(c);
            inWord = true;
        }

        if (escaped || quote != '\0' || backQuoted || substituted)
            throw Malformed(text);
        if (inWord)
            words.Add(word.ToString());
        return [.. words];
    }

    private static FormatException Malformed(string text) =>
        new($"'{text}' has a quote, a parenthesis or a backslash too many or too few");
}
