namespace DockerArchive.Systemd;

/// <summary>
/// Finds the <c>key=value</c> pairs in logrus text. Takes time in proportion to the text, whatever it holds.
/// </summary>
internal static class LogrusPairs
{
    /// <summary>The pairs of a line, values unquoted and unescaped.</summary>
    public static List<(string Key, string Value)> Read(string text)
    {
        // logrus before 1.0.3 ends every pair with a blank and escapes nothing.
        var escapes = !text.EndsWith(' ');
        var bracketsClose = true;
        var pairs = new List<(string Key, string Value)>();
        var position = 0;
        while (true)
        {
            while (position < text.Length && text[position] is ' ' or '\n')
                position++;
            var keyLength = KeyLength(text.AsSpan(position));
            if (keyLength == 0)
                return pairs;
            var key = text.Substring(position, keyLength);
            position += keyLength + 1;
            pairs.Add((key, ReadValue(text, ref position, escapes, ref bracketsClose)));
        }
    }

    /// <summary>
    /// The pairs that end a message: <c>text, key=value, key=value</c>. A message that goes on after them has none,
    /// since then it is prose with an equals sign in it.
    /// </summary>
    public static List<(string Key, string Value)> ReadFromMessage(string? message)
    {
        var pairs = new List<(string Key, string Value)>();
        if (message is null)
            return pairs;

        var position = message.IndexOf(", ", StringComparison.Ordinal);
        while (position >= 0 && position < message.Length)
        {
            if (TryReadMessagePair(message, ref position, out var pair, out var hopeless))
            {
                pairs.Add(pair);
                continue;
            }

            pairs.Clear();
            if (hopeless)
                return pairs;
            position = position + 1 < message.Length
                ? message.IndexOf(", ", position + 1, StringComparison.Ordinal)
                : -1;
        }

        return pairs;
    }

    private static string ReadValue(string text, ref int position, bool escapes, ref bool bracketsClose)
    {
        var start = position;
        if (position < text.Length && text[position] == '"')
            return ReadQuoted(text, ref position, escapes);

        if (bracketsClose && StartsComposite(text.AsSpan(position)))
        {
            var length = GoText.CompositeLength(text.AsSpan(position));
            bracketsClose = length > 0;
            if (length > 0 && (position + length == text.Length || text[position + length] == ' '))
            {
                position += length;
                return text.Substring(start, length);
            }
        }

        // A word without an equals sign cannot start a pair, so it belongs to the value before it.
        var word = start;
        do
        {
            var blank = text.IndexOf(' ', word);
            position = blank < 0 ? text.Length : blank;
            word = position;
            while (word < text.Length && text[word] is ' ' or '\n')
                word++;
        }
        while (word < text.Length && KeyLength(text.AsSpan(word)) == 0);

        return text[start..position];
    }

    // A quote closes the value only if nothing or another pair follows, since the oldest logrus does not escape quotes.
    private static string ReadQuoted(string text, ref int position, bool escapes)
    {
        var start = position + 1;
        var bareQuotes = false;
        for (var i = start; i < text.Length; i++)
        {
            if (escapes && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                if (StartsPairOrEnds(text.AsSpan(i + 1)))
                {
                    position = i + 1;
                    return Unquote(text.AsSpan(start, i - start));
                }

                bareQuotes = true;
            }
        }

        position = text.Length;
        return Unquote(text.AsSpan(start));

        string Unquote(ReadOnlySpan<char> value) =>
            escapes && !bareQuotes ? GoText.Unescape(value) : value.ToString();
    }

    private static bool TryReadMessagePair(
        string message, ref int position, out (string Key, string Value) pair, out bool hopeless)
    {
        pair = default;
        hopeless = false;
        if (string.CompareOrdinal(message, position, ", ", 0, 2) != 0)
            return false;
        var keyStart = position + 2;
        var keyLength = KeyLength(message.AsSpan(keyStart));
        if (keyLength == 0)
            return false;

        var start = keyStart + keyLength + 1;
        var rest = message.AsSpan(start);
        var quoted = rest.StartsWith("\"");
        int length;
        if (quoted)
            length = rest[1..].IndexOf('"') + 2;
        else if (StartsComposite(rest))
            length = GoText.CompositeLength(rest);
        else
            length = rest.IndexOf(", ") is var comma and >= 0 ? comma : rest.Length;

        // A quote or bracket that never closes leaves nothing to find behind it either.
        hopeless = quoted ? length < 2 : length == 0 && StartsComposite(rest);
        var end = start + length;
        if (hopeless || length == 0 || (end < message.Length && string.CompareOrdinal(message, end, ", ", 0, 2) != 0) ||
            (!quoted && !StartsComposite(rest) && rest[..length].Contains(' ')))
            return false;

        var value = quoted ? rest[1..(length - 1)] : rest[..length];
        pair = (message.Substring(keyStart, keyLength), value.ToString());
        position = end;
        return true;
    }

    private static bool StartsComposite(ReadOnlySpan<char> text) => text.StartsWith("[") || text.StartsWith("map[");

    private static bool StartsPairOrEnds(ReadOnlySpan<char> text)
    {
        var next = text.TrimStart(" \n");
        return next.IsEmpty || (next.Length < text.Length && KeyLength(next) > 0);
    }

    // Keys hold no blank and no quote, so this looks no further than the next of them.
    private static int KeyLength(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(" \n\"=");
        return end > 0 && text[end] == '=' ? end : 0;
    }
}
