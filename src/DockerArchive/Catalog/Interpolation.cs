using System.Text;

namespace DockerArchive.Catalog;

/// <summary>
/// Compose's variable interpolation, rule for rule as in compose-go's <c>template</c>: <c>$VAR</c>, <c>${VAR}</c>,
/// <c>${VAR:-default}</c> and its kin, <c>$$</c>. Any other <c>$</c> stands for itself.
/// </summary>
internal static class Interpolation
{
    /// <param name="text">The value as the compose file has it.</param>
    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    /// <exception cref="FormatException">The text is malformed, or a variable marked as required (<c>:?</c>) is missing.</exception>
    public static string Expand(string text, Func<string, string?> lookup)
    {
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        if (dollar < 0)
            return text;

        var result = new StringBuilder(text.Length);
        var done = 0;
        for (; dollar >= 0; dollar = text.IndexOf('$', done))
        {
            result.Append(text, done, dollar - done);
            var rest = text.AsSpan(dollar + 1);
            var length = NameLength(rest);
            if (rest is ['$', ..])
            {
                result.Append('$');
                done = dollar + 2;
            }
            else if (length > 0)
            {
                result.Append(lookup(rest[..length].ToString()));
                done = dollar + 1 + length;
            }
            else if (rest is ['{', ..])
            {
                var end = EndOfBraced(text, dollar);
                result.Append(ExpandBraced(text[dollar..end], lookup));
                done = end;
            }
            else
            {
                result.Append('$');
                done = dollar + 1;
            }
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>
    /// Compose looks for the last closing brace of the line first, and for the one that closes the variable within that, so that
    /// defaults may have variables of their own.
    /// </summary>
    private static int EndOfBraced(string text, int dollar)
    {
        var body = text.AsSpan(dollar + 2);
        var length = NameLength(body);
        var after = body[length..];
        if (length > 0 && after is ['-' or '+' or '?', ..] or [':', '-' or '+' or '?', ..])
        {
            var line = body.IndexOf('\n') is var end and >= 0 ? body[..end] : body;
            var brace = line.LastIndexOf('}');
            if (brace >= length)
                return dollar + 2 + brace + 1;
        }

        return length > 0 && after is ['}', ..]
            ? dollar + 2 + length + 1
            : throw new FormatException($"'{text}' has a '${{' that begins no variable; write '$$' for the character itself");
    }

    private static string ExpandBraced(string matched, Func<string, string?> lookup)
    {
        var close = ClosingBrace(matched);
        var rest = close < 0 ? "" : matched[(close + 1)..];
        var body = close < 0 ? matched[2..^1] : matched[2..close];
        var name = body[..NameLength(body)];
        var value = lookup(name);
        if (name.Length == body.Length)
            return value + Expand(rest, lookup);

        var emptyIsMissing = body[name.Length] == ':';
        var operation = body[name.Length + (emptyIsMissing ? 1 : 0)];
        var argument = Expand(body[(name.Length + (emptyIsMissing ? 2 : 1))..], lookup);
        var missing = value is null || (emptyIsMissing && value.Length == 0);
        var expanded = operation switch
        {
            '-' => missing ? argument : value,
            '+' => missing ? value : argument,
            _ => missing ? throw new FormatException($"the variable {name} is required: {argument}") : value,
        };
        return expanded + Expand(rest, lookup);
    }

    /// <summary>Compose's own count of braces, which passes over the character after an opening one.</summary>
    private static int ClosingBrace(string text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '}' && --depth == 0)
                return i;
            if (text[i] == '{')
            {
                depth++;
                i++;
            }
        }

        return -1;
    }

    private static int NameLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length
            && (char.IsAsciiLetter(text[length]) || text[length] == '_' || (length > 0 && char.IsAsciiDigit(text[length]))))
        {
            length++;
        }

        return length;
    }
}
