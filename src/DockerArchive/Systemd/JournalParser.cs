using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DockerArchive.Systemd;

/// <summary>Reads <c>journalctl -o json</c>, one entry a line (systemd 229 to 257).</summary>
public static class JournalParser
{
    /// <summary>The lengths of the names that <see cref="ReadEntry"/> knows, as bits.</summary>
    private const ulong NameLengths = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 13 | 1 << 17 | 1 << 20;

    [ThreadStatic]
    private static RecurringText? _boot, _host, _identifier, _command, _unit;

    /// <summary>
    /// Reads one line. Anything else than an entry (text that is not a JSON object, an object without a time) gives
    /// false; no input throws.
    /// </summary>
    /// <param name="line">The line's bytes, with or without its newline.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether the line is an entry.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out JournalEntry? entry)
    {
        entry = null;
        try
        {
            entry = ReadEntry(line.Trim(" \t\r\n"u8));
        }
        catch (JsonException)
        {
            // Not JSON, or cut off: the answer is false.
        }

        return entry is not null;
    }

    /// <summary>Reads all entries of a whole output, leaving out what is none.</summary>
    /// <param name="output">The output's bytes.</param>
    /// <returns>The entries, in the output's order.</returns>
    public static IReadOnlyList<JournalEntry> ParseLines(ReadOnlySpan<byte> output)
    {
        var entries = new List<JournalEntry>();
        while (!output.IsEmpty)
        {
            var end = output.IndexOf((byte)'\n');
            if (TryParse(end < 0 ? output : output[..end], out var entry))
                entries.Add(entry);
            output = end < 0 ? [] : output[(end + 1)..];
        }

        return entries.ToArray();
    }

    internal static IReadOnlyDictionary<string, object?> ReadFields(byte[] json)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            reader.Read();
            fields.TryAdd(name, Value(ref reader));
        }

        return fields.AsReadOnly();
    }

    /// <summary>The text of a value; several are joined by newlines.</summary>
    internal static string? ReadText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var value = Value(ref reader);
        return value is object?[] several ? string.Join('\n', several.Select(AsText)) : AsText(value);
    }

    private static JournalEntry? ReadEntry(ReadOnlySpan<byte> line)
    {
        var members = new JsonMembers(line);
        DateTimeOffset? time = null;
        Range message = default, cursor = default;
        string? bootId = null, host = null, messageId = null;
        string? identifier = null, command = null, ownUnit = null, spokenOf = null;
        int? pid = null;
        JournalPriority? priority = null;
        while (members.MoveNext(NameLengths))
        {
            // The names of journal fields are plain ASCII, so the bytes can be compared without unescaping.
            var name = members.Name;
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("_PID"u8):
                    pid ??= Number(in members) is { } id and <= int.MaxValue ? (int)id : null;
                    break;
                case 4 when name.SequenceEqual("UNIT"u8):
                    spokenOf ??= Text(in members);
                    break;
                case 5 when name.SequenceEqual("_COMM"u8):
                    command ??= Text(in members, _command ??= new());
                    break;
                case 7 when name.SequenceEqual("MESSAGE"u8):
                    message = members.ValueAt;
                    break;
                case 8 when name.SequenceEqual("PRIORITY"u8):
                    priority ??= Number(in members) is { } level and <= 7 ? (JournalPriority)level : null;
                    break;
                case 8 when name.SequenceEqual("__CURSOR"u8):
                    cursor = members.ValueAt;
                    break;
                case 8 when name.SequenceEqual("_BOOT_ID"u8):
                    bootId ??= Text(in members, _boot ??= new());
                    break;
                case 9 when name.SequenceEqual("_HOSTNAME"u8):
                    host ??= Text(in members, _host ??= new());
                    break;
                case 10 when name.SequenceEqual("MESSAGE_ID"u8):
                    messageId ??= Text(in members);
                    break;
                case 13 when name.SequenceEqual("_SYSTEMD_UNIT"u8):
                    ownUnit ??= Text(in members, _unit ??= new());
                    break;
                case 17 when name.SequenceEqual("SYSLOG_IDENTIFIER"u8):
                    identifier ??= Text(in members, _identifier ??= new());
                    break;
                case 20 when name.SequenceEqual("__REALTIME_TIMESTAMP"u8):
                    time ??= Number(in members) is { } us ? SystemdTimestamp.FromUnixMicroseconds(us) : null;
                    break;
            }
        }

        if (time is not { } received)
            return null;

        return new JournalEntry(line.ToArray(), message, cursor)
        {
            Time = received,
            // Any program can send a field UNIT; only systemd is believed.
            Unit = pid == 1 && spokenOf is not null ? spokenOf : ownUnit,
            Identifier = identifier ?? command,
            Pid = pid,
            Priority = priority,
            Host = host,
            BootId = bootId,
            MessageId = messageId,
        };
    }

    private static string? Text(in JsonMembers members, RecurringText recurring) =>
        members.IsPlain ? recurring.Get(members.Value) : Text(members);

    private static string? Text(in JsonMembers members)
    {
        var value = Read(members);
        return AsText(value is object?[] { Length: > 0 } several ? several[0] : value);
    }

    private static ulong? Number(in JsonMembers members)
    {
        // Written with quotes or without them.
        var digits = members.Value;
        return Utf8Parser.TryParse(digits, out ulong number, out var read) && read == digits.Length ? number : null;
    }

    private static object? Read(in JsonMembers members)
    {
        if (members.IsPlain)
            return Encoding.UTF8.GetString(members.Value);
        var reader = new Utf8JsonReader(members.Value);
        reader.Read();
        return Value(ref reader);
    }

    private static string? AsText(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    // Leaves the reader on the value's last token.
    private static object? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Text(ref reader);
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.StartArray:
                return Array(ref reader);
            case JsonTokenType.StartObject:
                reader.Skip();
                return null;
            default:
                return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    // Numbers are the bytes of one value; anything else is the values of a field that occurs more than once.
    private static object Array(ref Utf8JsonReader reader)
    {
        var bytes = new List<byte>();
        var values = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var b))
                bytes.Add(b);
            else
                values.Add(Value(ref reader));
        }

        return values.Count == 0 ? bytes.ToArray() : values.ToArray();
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return Encoding.UTF8.GetString(reader.ValueSpan);
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return UnescapeLossy(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    // For texts that Utf8JsonReader refuses: bytes that are not UTF-8, and escaped halves of surrogate pairs.
    private static string UnescapeLossy(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            text.Append(escaped[i] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\b',
                'f' => '\f',
                'u' => (char)ushort.Parse(
                    escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var other => other,
            });
            if (escaped[i] == 'u')
                i += 4;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
