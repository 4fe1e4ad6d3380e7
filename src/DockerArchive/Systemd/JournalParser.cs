using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DockerArchive.Systemd;

/// <summary>Reads <c>journalctl -o json</c>, one entry a line (systemd 229 to 257).</summary>
public static class JournalParser
{
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

    private static JournalEntry? ReadEntry(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;

        DateTimeOffset? time = null;
        string? message = null, cursor = null, bootId = null, host = null, messageId = null;
        string? identifier = null, command = null, ownUnit = null, spokenOf = null;
        int? pid = null;
        JournalPriority? priority = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // The names of journal fields are plain ASCII, so the bytes can be compared without unescaping.
            var name = reader.ValueSpan;
            if (name.SequenceEqual("MESSAGE"u8))
                message = Message(ref reader, message);
            else if (name.SequenceEqual("__REALTIME_TIMESTAMP"u8))
                time ??= NextNumber(ref reader) is { } us ? SystemdTimestamp.FromUnixMicroseconds(us) : null;
            else if (name.SequenceEqual("__CURSOR"u8))
                cursor ??= NextText(ref reader);
            else if (name.SequenceEqual("_BOOT_ID"u8))
                bootId ??= NextText(ref reader);
            else if (name.SequenceEqual("_HOSTNAME"u8))
                host ??= NextText(ref reader);
            else if (name.SequenceEqual("_PID"u8))
                pid ??= NextNumber(ref reader) is { } number and <= int.MaxValue ? (int)number : null;
            else if (name.SequenceEqual("PRIORITY"u8))
                priority ??= NextNumber(ref reader) is { } number and <= 7 ? (JournalPriority)number : null;
            else if (name.SequenceEqual("SYSLOG_IDENTIFIER"u8))
                identifier ??= NextText(ref reader);
            else if (name.SequenceEqual("_COMM"u8))
                command ??= NextText(ref reader);
            else if (name.SequenceEqual("_SYSTEMD_UNIT"u8))
                ownUnit ??= NextText(ref reader);
            else if (name.SequenceEqual("UNIT"u8))
                spokenOf ??= NextText(ref reader);
            else if (name.SequenceEqual("MESSAGE_ID"u8))
                messageId ??= NextText(ref reader);
            else
                reader.Skip();
        }

        // Reading on makes the reader check that nothing follows the object.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read() || time is not { } received)
            return null;

        return new JournalEntry(line.ToArray())
        {
            Time = received,
            // Any program can send a field UNIT; only systemd is believed.
            Unit = pid == 1 && spokenOf is not null ? spokenOf : ownUnit,
            Identifier = identifier ?? command,
            Pid = pid,
            Priority = priority,
            Host = host,
            Message = message,
            Cursor = cursor,
            BootId = bootId,
            MessageId = messageId,
        };
    }

    private static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return Text(ref reader);

        var value = Value(ref reader);
        return value is object?[] { Length: > 0 } several ? AsText(several[0]) : AsText(value);
    }

    private static ulong? NextNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var digits = reader.ValueSpan;
        return Utf8Parser.TryParse(digits, out ulong number, out var read) && read == digits.Length ? number : null;
    }

    private static string? Message(ref Utf8JsonReader reader, string? earlier)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return earlier ?? Text(ref reader);

        var value = Value(ref reader);
        return earlier ?? (value is object?[] several ? string.Join('\n', several.Select(AsText)) : AsText(value));
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
