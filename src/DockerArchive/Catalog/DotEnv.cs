using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DockerArchive.Catalog;

/// <summary>
/// The text of a <c>.env</c> file, rule for rule as in compose-go's <c>dotenv</c>: comments, <c>export</c>, quotes over several
/// lines, escapes, and variables of the file itself and of the shell.
/// </summary>
internal sealed partial class DotEnv
{
    private readonly string _text;
    private readonly Func<string, string?> _lookup;
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private int _at;

    private DotEnv(string text, Func<string, string?> lookup)
    {
        _text = text.TrimStart('\uFEFF');
        _lookup = lookup;
    }

    /// <param name="text">What the file holds.</param>
    /// <param name="lookup">Gives the shell's value of a variable, which goes before the file's own, or null.</param>
    /// <returns>The keys, in the file's order.</returns>
    /// <exception cref="FormatException">A line is no assignment; the message starts with its number.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text, Func<string, string?> lookup)
    {
        var file = new DotEnv(text, lookup);
        while (file.SkipToStatement())
            file.ReadStatement();
        return file._settings;
    }

    /// <summary>Passes over white space and comments; false at the end.</summary>
    private bool SkipToStatement()
    {
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
                _at++;
            if (_at == _text.Length)
                return false;
            if (_text[_at] != '#')
                return true;
            _at = EndOfLine(_at);
        }
    }

    private void ReadStatement()
    {
        var start = _at;
        if (Export().Match(_text, _at) is { Success: true } export)
            _at = SkipBlanks(_at + export.Length);

        var end = _at;
        while (end < _text.Length && _text[end] is not ('=' or ':' or '\n'))
        {
            if (!IsBlank(_text[end]) && !char.IsLetter(_text[end]) && !char.IsNumber(_text[end]) && _text[end] is not ('_' or '.' or '-' or '[' or ']'))
                throw Malformed(start);
            end++;
        }

        var key = _text[_at..end].TrimEnd();
        if (key.Length == 0 || key.Contains(' ', StringComparison.Ordinal))
            throw Malformed(start);
        if (end == _text.Length || _text[end] == '\n')
        {
            // A name alone takes the shell's value.
            _at = Math.Min(end + 1, _text.Length);
            if (_lookup(key) is { } inherited)
                _settings[key] = inherited;
            return;
        }

        _at = SkipBlanks(end + 1);
        _settings[key] = _at < _text.Length && _text[_at] is '"' or '\'' ? ReadQuoted(start) : ReadPlain(start);
    }

    private string ReadPlain(int start)
    {
        var end = EndOfLine(_at);
        var value = _text[_at..end];
        _at = end;
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return Expand((comment < 0 ? value : value[..comment]).TrimEnd(), start);
    }

    private string ReadQuoted(int start)
    {
        var quote = _text[_at];
        var value = new StringBuilder();
        var escaped = false;
        for (var i = _at + 1; i < _text.Length; i++)
        {
            var c = _text[i];
            if (c == quote && !escaped)
            {
                _at = i + 1;
                return quote == '"' ? Expand(Escape().Replace(value.ToString(), Unescape), start) : value.ToString();
            }

            if (c == '\\' && !escaped)
            {
                escaped = true;
                continue;
            }

            if (escaped && c != quote)
                value.Append('\\');
            value.Append(c);
            escaped = false;
        }

        throw Malformed(start, $"the quote {quote} is not closed");
    }

    private static string Unescape(Match match)
    {
        var text = match.Value;
        if (text.StartsWith(@"\0", StringComparison.Ordinal))
        {
            // Three octal digits are a character; anything else stays, without the zero.
            var digits = text[2..];
            return digits.Length == 3 && digits.All(c => c is >= '0' and <= '7') && Convert.ToInt32(digits, 8) is <= 255 and var code
                ? ((char)code).ToString()
                : @"\" + digits;
        }

        return text[1] switch
        {
            '$' => "$$",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'v' => "\v",
            '"' => "\"",
            '\\' => "\\",
            _ => text,
        };
    }

    private string Expand(string value, int start)
    {
        try
        {
            return Interpolation.Expand(value, name => _lookup(name) ?? _settings.GetValueOrDefault(name));
        }
        catch (FormatException e)
        {
            throw Malformed(start, e.Message);
        }
    }

    private int SkipBlanks(int at)
    {
        while (at < _text.Length && IsBlank(_text[at]))
            at++;
        return at;
    }

    private static bool IsBlank(char c) => c is '\t' or '\v' or '\f' or '\r' or ' ' or '\u0085' or '\u00A0';

    private int EndOfLine(int at) => _text.IndexOf('\n', at) is var end and >= 0 ? end : _text.Length;

    private FormatException Malformed(int start, string? reason = null)
    {
        var line = _text.AsSpan(0, start).Count('\n') + 1;
        return new FormatException(
            string.Create(CultureInfo.InvariantCulture, $"{line}: {reason ?? $"'{_text[start..EndOfLine(start)].TrimEnd()}' is not KEY=value"}"));
    }

    [GeneratedRegex(@"\Gexport\s+")]
    private static partial Regex Export();

    [GeneratedRegex(@"\\(?:[abcfnrtv$""\\]|0[0-9]{0,3})")]
    private static partial Regex Escape();
}
