using System.Text;

namespace DockerArchive.Catalog;

/// <summary>Compose's variable interpolation: <c>$VAR</c>, <c>${VAR}</c>, <c>${VAR:-default}</c> and its kin, <c>$$</c>.</summary>
internal static class Interpolation
{
    /// <param name="text">The value as the compose file has it.</param>
    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    /// <exception cref="FormatException">The text is malformed, or a variable marked as required (<c>:?</c>) is missing.</exception>
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$')
            {
                result.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
                throw new FormatException($"'{text}' ends in a lone '$'; write '$$' for the character itself");

            if (text[i] == '$')
            {
                result.Append('$');
            }
            else if (text[i] == '{')
            {
                var end = ClosingBrace(text, i);
                result.Append(ExpandBraced(text[(i + 1)..end], lookup));
                i = end;
            }
            else
            {
                var length = NameLength(text.AsSpan(i));
                if (length == 0)
                    throw new FormatException($"'${text[i]}' in '{text}' is no variable; write '$$' for the character itself");
                result.Append(lookup(text.Substring(i, length)));
                i += length - 1;
            }
        }

        return result.ToString();
    }

    private static string ExpandBraced(string body, Func<string, string?> lookup)
    {
        var length = NameLength(body);
        if (length == 0)
            throw new FormatException($"'${{{body}}}' names no variable");

        var value = lookup(body[..length]);
        var rest = body[length..];
        if (rest.Length == 0)
            return value ?? "";

        var emptyCounts = rest[0] == ':';
        var missing = value is null || (emptyCounts && value.Length == 0);
        var operation = rest.Length > (emptyCounts ? 1 : 0) ? rest[emptyCounts ? 1 : 0] : '\0';
        var argument = rest.Length > (emptyCounts ? 2 : 1) ? rest[(emptyCounts ? 2 : 1)..] : "";
        return operation switch
        {
            '-' => missing ? Expand(argument, lookup) : value!,
            '+' => missing ? "" : Expand(argument, lookup),
            '?' => missing
                ? throw new FormatException($"variable {body[..length]} is required: {Expand(argument, lookup)}")
                : value!,
            _ => throw new FormatException($"'${{{body}}}' has no form that compose knows"),
        };
    }

    private static int ClosingBrace(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '{')
                depth++;
            else if (text[i] == '}' && --depth == 0)
                return i;
        }

        throw new FormatException($"'{text}' lacks a closing '}}'");
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
