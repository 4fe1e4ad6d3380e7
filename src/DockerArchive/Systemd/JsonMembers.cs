using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace DockerArchive.Systemd;

/// <summary>
/// The members of a JSON object, one after the other. A journal's are strings, nearly all without escapes and most of no
/// interest, so that finding their quotes is most of the work: those of a whole line are found first, by vectors and without
/// branches. Values that are no strings are left to <see cref="Utf8JsonReader"/>. Only one at a time on a thread.
/// </summary>
internal ref struct JsonMembers
{
    /// <summary>Positions fit into their type, and hostile lines take no memory.</summary>
    private const int LongestMarked = ushort.MaxValue;

    private const byte LastControl = ' ' - 1;

    /// <summary>Quotes in so many bytes of a line.</summary>
    private const int UsualMarks = 4;

    private static readonly SearchValues<byte> EndsOfWord = SearchValues.Create(", }\t\r\n"u8);

    [ThreadStatic]
    private static ushort[]? _buffer;

    private readonly ReadOnlySpan<byte> _json;
    private readonly ReadOnlySpan<ushort> _marks;
    private int _next;
    private int _mark;
    private bool _begun;

    /// <summary>Begins with the text of an object.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        // Strings in JSON have no control characters.
        if (json.Length <= LongestMarked && !json.ContainsAnyInRange((byte)0, LastControl))
            _marks = FindMarks(json, _buffer ??= new ushort[LongestMarked + Vector256<byte>.Count]);
        Take((byte)'{');
    }

    /// <summary>The member's name as it is written, without its quotes.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The member's value as it is written; without its quotes if <see cref="IsPlain"/>.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the value is known to be a string without escapes.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Where the value is in the text, with its quotes.</summary>
    public Range ValueAt { get; private set; }

    /// <summary>Goes to the next member.</summary>
    /// <param name="lengths">The lengths that names of interest have, as bits; other members are passed over.</param>
    /// <returns>False at the object's end, behind which there is nothing.</returns>
    /// <exception cref="JsonException">The object is damaged or cut off, or something follows it.</exception>
    public bool MoveNext(ulong lengths = ulong.MaxValue)
    {
        while (true)
        {
            if (TryTakePlain(lengths, out var isWanted))
            {
                if (isWanted)
                    return true;
                continue;
            }

            if (Peek() == '}')
            {
                _next++;
                return Peek() < 0 ? false : throw new JsonException();
            }

            if (_begun)
                Take((byte)',');
            _begun = true;
            if (Peek() != '"')
                throw new JsonException();
            var name = TakeValue(out var isPlain);
            if (!isPlain)
                name = name[1..^1];
            Take((byte)':');
            Peek();
            var start = _next;
            var value = TakeValue(out isPlain);
            while (_mark < _marks.Length && _marks[_mark] < _next)
                _mark++;
            if (name.Length < 64 && (lengths >> name.Length & 1) == 0)
                continue;
            Name = name;
            Value = value;
            ValueAt = start.._next;
            IsPlain = isPlain;
            return true;
        }
    }

    /// <summary>Goes past a member as journalctl writes most: <c>"NAME":"VALUE"</c>, without space and escapes.</summary>
    private bool TryTakePlain(ulong lengths, out bool isWanted)
    {
        isWanted = false;
        if (_mark + 4 > _marks.Length)
            return false;
        var json = _json;
        var marks = _marks.Slice(_mark, 4);
        int name = marks[0], nameEnd = marks[1], value = marks[2], valueEnd = marks[3];
        if (value != nameEnd + 2 || name != (_begun ? _next + 1 : _next) || (_begun && json[_next] != ',') || json[nameEnd + 1] != ':'
            || json[name] != '"' || json[nameEnd] != '"' || json[value] != '"' || json[valueEnd] != '"')
        {
            return false;
        }

        _begun = true;
        _mark += 4;
        _next = valueEnd + 1;
        var length = nameEnd - name - 1;
        isWanted = length >= 64 || (lengths >> length & 1) != 0;
        if (isWanted)
        {
            Name = json[(name + 1)..nameEnd];
            Value = json[(value + 1)..valueEnd];
            ValueAt = value.._next;
            IsPlain = true;
        }

        return true;
    }

    private ReadOnlySpan<byte> TakeValue(out bool isPlain)
    {
        var start = _next;
        isPlain = false;
        if (start < _json.Length && _json[start] == '"')
        {
            TakeString(out isPlain);
            return isPlain ? _json[(start + 1)..(_next - 1)] : _json[start.._next];
        }

        _next = start + Length(_json[start..]);
        return _json[start.._next];
    }

    private void TakeString(out bool isPlain)
    {
        isPlain = true;
        var at = _next + 1;
        while (_json[at..].IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var distance)
        {
            at += distance;
            if (_json[at] == '"')
            {
                if (_json[_next..at].ContainsAnyInRange((byte)0, LastControl))
                    break;
                _next = at + 1;
                return;
            }

            isPlain = false;
            if (!IsEscape(_json[(at + 1)..]))
                break;
            at += 2;
        }

        throw new JsonException();
    }

    private static bool IsEscape(ReadOnlySpan<byte> code) => code is [(byte)'u', var a, var b, var c, var d, ..]
        ? char.IsAsciiHexDigit((char)a) && char.IsAsciiHexDigit((char)b) && char.IsAsciiHexDigit((char)c) && char.IsAsciiHexDigit((char)d)
        : code is [(byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t', ..];

    /// <summary>How long a value is that is no string.</summary>
    private static int Length(ReadOnlySpan<byte> json)
    {
        // A reader wants to see the end of what is neither array nor object.
        if (json is not [(byte)'[' or (byte)'{', ..] && json.IndexOfAny(EndsOfWord) is >= 0 and var end)
            json = json[..end];
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Skip();
        return (int)reader.BytesConsumed;
    }

    /// <summary>Where all quotes and backslashes are.</summary>
    private static ReadOnlySpan<ushort> FindMarks(ReadOnlySpan<byte> json, Span<ushort> marks)
    {
        ref var text = ref MemoryMarshal.GetReference(json);
        var count = 0;
        var at = 0;
        for (; at + Vector256<byte>.Count <= json.Length; at += Vector256<byte>.Count)
        {
            var bytes = Vector256.LoadUnsafe(ref text, (nuint)at);
            var bits = (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\')))
                .ExtractMostSignificantBits();
            var found = BitOperations.PopCount(bits);

            // Writing more than there are costs less than a branch that nobody can foretell.
            var here = marks.Slice(count, UsualMarks);
            for (var i = 0; i < here.Length; i++)
            {
                here[i] = (ushort)(at + BitOperations.TrailingZeroCount(bits));
                bits &= bits - 1;
            }

            for (var i = UsualMarks; i < found; i++)
            {
                marks[count + i] = (ushort)(at + BitOperations.TrailingZeroCount(bits));
                bits &= bits - 1;
            }

            count += found;
        }

        for (; at < json.Length; at++)
        {
            if (json[at] is (byte)'"' or (byte)'\\')
                marks[count++] = (ushort)at;
        }

        return marks[..count];
    }

    private void Take(byte expected)
    {
        if (Peek() != expected)
            throw new JsonException();
        _next++;
    }

    /// <summary>The next byte that is not space; negative at the end.</summary>
    private int Peek()
    {
        for (; _next < _json.Length; _next++)
        {
            if (_json[_next] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return _json[_next];
        }

        return -1;
    }
}
