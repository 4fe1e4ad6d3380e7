using System.Buffers;
using System.Globalization;
using System.Text;

namespace DockerArchive.Systemd;

/// <summary>Values as Go's fmt package prints them: quoted strings (%q), slices and maps (%v).</summary>
internal static class GoText
{
    private const int DeepestNesting = 32;

    /// <summary>Undoes %q's escapes in a text without its outer quotes; what is no escape stays as it is.</summary>
    public static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\'))
            return text.ToString();

        var result = new StringBuilder(text.Length);
        var bytes = new ArrayBufferWriter<byte>();
        var i = 0;
        while (i < text.Length)
        {
            if (TryReadByte(text[i..], out var value, out var read))
            {
                // \xff stands for a byte that is no UTF-8; several in a row may be decoded together.
                bytes.Write([value]);
                i += read;
                continue;
            }

            FlushBytes();
            i += ReadCharacter(text[i..], result);
        }

        FlushBytes();
        return result.ToString();

        void FlushBytes()
        {
            if (bytes.WrittenCount == 0)
                return;
            result.Append(Encoding.UTF8.GetString(bytes.WrittenSpan));
            bytes.Clear();
        }
    }

    /// <summary>
    /// Reads <c>map[k:v k2:v2]</c> as a dictionary and <c>[a b]</c> as an array, nested as they are; any other text,
    /// and one whose brackets do not close, is itself. Go does not mark where a value with blanks in it ends: a
    /// word that cannot start an entry of a map belongs to the value before it.
    /// </summary>
    public static object Value(string text)
    {
        if (!text.StartsWith('[') && !text.StartsWith("map[", StringComparison.Ordinal))
            return text;
        var position = 0;
        return TryReadComposite(text, ref position, 0, out var value) && position == text.Length ? value : text;
    }

    /// <summary>Length of the slice or map that a text starts with; 0 when it starts with none that closes.</summary>
    public static int CompositeLength(ReadOnlySpan<char> text)
    {
        var position = 0;
        return TryReadComposite(text, ref position, 0, out _) ? position : 0;
    }

    private static bool TryReadByte(ReadOnlySpan<char> text, out byte value, out int read)
    {
        value = 0;
        read = 4;
        if (text.Length < 4 || text[0] != '\\')
            return false;
        if (text[1] == 'x')
            return byte.TryParse(text[2..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

        // Three octal digits, which %q does not print but Go reads.
        if (text[1] is < '0' or > '3' || text[2] is < '0' or > '7' || text[3] is < '0' or > '7')
            return false;
        value = (byte)(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0'));
        return true;
    }

    private static int ReadCharacter(ReadOnlySpan<char> text, StringBuilder result)
    {
        if (text[0] != '\\' || text.Length < 2)
        {
            result.Append(text[0]);
            return 1;
        }

        var digits = text[1] switch { 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
            return ReadRune(text, digits, result);

        char? plain = text[1] switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'v' => '\v',
            '"' or '\'' or '\\' => text[1],
            _ => null,
        };
        result.Append(plain ?? text[0]);
        return plain is null ? 1 : 2;
    }

    private static int ReadRune(ReadOnlySpan<char> text, int digits, StringBuilder result)
    {
        uint code = 0;
        if (text.Length < 2 + digits || !uint.TryParse(
                text.Slice(2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
        {
            result.Append(text[0]);
            return 1;
        }

        result.Append(Rune.TryCreate(code, out var rune) ? rune.ToString() : "\ufffd");
        return 2 + digits;
    }

    private static bool TryReadComposite(ReadOnlySpan<char> text, ref int position, int depth, out object value)
    {
        value = "";
        if (depth >= DeepestNesting)
            return false;
        if (text[position..].StartsWith("map["))
        {
            position += "map[".Length;
            return TryReadMap(text, ref position, depth, out value);
        }

        if (!text[position..].StartsWith("["))
            return false;
        position++;
        return TryReadSlice(text, ref position, depth, out value);
    }

    private static bool TryReadSlice(ReadOnlySpan<char> text, ref int position, int depth, out object value)
    {
        var items = new List<object?>();
        value = items;
        while (SkipBlanks(text, ref position))
        {
            if (text[position] == ']')
            {
                position++;
                value = items.TrueForAll(item => item is string)
                    ? items.ConvertAll(item => (string)item!).ToArray()
                    : items.ToArray();
                return true;
            }

            if (!TryReadItem(text, ref position, depth, out var item))
                return false;
            items.Add(item);
        }

        return false;
    }

    private static bool TryReadMap(ReadOnlySpan<char> text, ref int position, int depth, out object value)
    {
        var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
        value = entries.AsReadOnly();
        string? key = null;
        var (start, end, continued) = (position, position, false);
        while (SkipBlanks(text, ref position))
        {
            var rest = text[position..];
            var keyLength = rest.IndexOfAny(": ]");
            var closes = rest[0] == ']';
            var continues = !closes && (keyLength <= 0 || rest[keyLength] != ':');
            if (!continues && continued)
                entries[key!] = text[start..end].ToString();
            if (closes)
            {
                position++;
                return true;
            }

            if (continues && key is null)
                return false;
            if (!continues)
            {
                key = rest[..keyLength].ToString();
                position += keyLength + 1;
                start = position;
            }

            if (!TryReadItem(text, ref position, depth, out var item))
                return false;
            (end, continued) = (position, continues);
            if (!continues)
                entries[key!] = item;
        }

        return false;
    }

    // A nested map or slice, else the text up to a blank or to the bracket that closes what it is in. A bracket that
    // never closes fails the whole value at once: trying each of them as text would take time beyond all bounds.
    private static bool TryReadItem(ReadOnlySpan<char> text, ref int position, int depth, out object item)
    {
        var start = position;
        if (text[position..].StartsWith("[") || text[position..].StartsWith("map["))
        {
            if (!TryReadComposite(text, ref position, depth + 1, out item) || position == text.Length)
                return false;
            if (text[position] is ' ' or ']')
                return true;
        }

        position = start;
        var open = 0;
        for (; position < text.Length; position++)
        {
            if (text[position] == '[')
                open++;
            else if ((text[position] == ' ' && open == 0) || (text[position] == ']' && open-- == 0))
                break;
        }

        item = text[start..position].ToString();
        return position < text.Length;
    }

    private static bool SkipBlanks(ReadOnlySpan<char> text, ref int position)
    {
        while (position < text.Length && text[position] == ' ')
            position++;
        return position < text.Length;
    }
}
