using System.Buffers;
using System.Text.Json;

namespace DockerArchive.Buildkit;

/// <summary>
/// Reads one <c>SolveStatus</c> object, as <c>--progress=rawjson</c> (since v0.13) and <c>--trace</c> (every version) write
/// them, and tells it with the tokens of plain progress. Keys are matched without regard to case: v0.13 changed it.
/// </summary>
internal sealed partial class StatusJson(IBuildEventSink sink)
{
    private static readonly SearchValues<byte> Closing = SearchValues.Create(" \t\r\n]},"u8);

    private readonly Dictionary<string, JsonVertex> _vertices = [];
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly ArrayBufferWriter<byte> _digest = new();
    private readonly ArrayBufferWriter<byte> _other = new();
    private readonly List<byte[]> _details = [];
    private JsonVertex? _latest;
    private int _told;

    /// <summary>The object's text may begin with this.</summary>
    public static bool Begins(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != '{')
            return false;
        return BeginsInside(text[1..]);
    }

    /// <summary>The object's text after its brace may begin with this.</summary>
    public static bool BeginsInside(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        return StartsWithKey(text, "\"vertexes\""u8) || StartsWithKey(text, "\"statuses\""u8)
            || StartsWithKey(text, "\"logs\""u8) || StartsWithKey(text, "\"warnings\""u8);
    }

    /// <summary>Reads the object or objects of a record.</summary>
    /// <param name="record">The bytes, with the line ending.</param>
    public void Accept(ReadOnlySpan<byte> record)
    {
        _told = 0;
        int start = 0;
        try
        {
            while (Begins(record[start..]))
                start += ReadStatus(record, start);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            start = record.Length;
        }

        if (_told == record.Length)
            return;
        ReadOnlySpan<byte> rest = record[_told..];
        bool isEnd = rest.IndexOfAnyExcept(Closing) < 0;
        sink.Accept(new BuildToken
        {
            Kind = isEnd ? BuildEventKind.Separator : BuildEventKind.Unrecognised,
            Raw = rest,
            Text = isEnd ? default : rest.TrimEnd("\r\n"u8),
        });
    }

    private static bool StartsWithKey(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key) =>
        text.Length >= key.Length && System.Text.Ascii.EqualsIgnoreCase(text[..key.Length], key);

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        !reader.HasValueSequence && System.Text.Ascii.EqualsIgnoreCase(reader.ValueSpan, name);

    private int ReadStatus(ReadOnlySpan<byte> record, int start)
    {
        var reader = new Utf8JsonReader(record[start..]);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Item item = Is(ref reader, "vertexes"u8) ? Item.Vertex
                : Is(ref reader, "statuses"u8) ? Item.Transfer
                : Is(ref reader, "logs"u8) ? Item.Log
                : Is(ref reader, "warnings"u8) ? Item.Warning
                : Item.None;
            reader.Read();
            if (item == Item.None || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                ReadItem(ref reader, item, record, start);
        }

        return (int)reader.BytesConsumed;
    }

    private void ReadItem(ref Utf8JsonReader reader, Item item, ReadOnlySpan<byte> record, int start)
    {
        var fields = new JsonFields { Line = 0 };
        _text.ResetWrittenCount();
        _digest.ResetWrittenCount();
        _other.ResetWrittenCount();
        _details.Clear();
        int inputsStart = 0;
        int inputsEnd = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "inputs"u8))
            {
                reader.Read();
                inputsStart = start + (int)reader.TokenStartIndex;
                reader.Skip();
                inputsEnd = start + (int)reader.BytesConsumed;
            }
            else
            {
                ReadField(ref reader, item, ref fields);
            }
        }

        int end = start + (int)reader.BytesConsumed;
        ReadOnlySpan<byte> raw = record[_told..end];
        _told = end;
        switch (item)
        {
            case Item.Vertex:
                TellVertex(raw, fields, record[inputsStart..inputsEnd]);
                break;
            case Item.Transfer:
                TellTransfer(raw, fields);
                break;
            case Item.Log:
                TellLog(raw, fields);
                break;
            case Item.Warning:
                TellWarning(raw, fields);
                break;
        }
    }

    private void ReadField(ref Utf8JsonReader reader, Item item, ref JsonFields fields)
    {
        if (Is(ref reader, "digest"u8) || Is(ref reader, "vertex"u8))
            ReadText(ref reader, _digest);
        else if (item == Item.Transfer ? Is(ref reader, "id"u8) : item == Item.Vertex && Is(ref reader, "name"u8))
            ReadText(ref reader, _text);
        else if (Is(ref reader, "error"u8) || Is(ref reader, "url"u8))
            ReadText(ref reader, _other);
        else if (Is(ref reader, "started"u8))
            fields.Started = ReadTime(ref reader);
        else if (Is(ref reader, "completed"u8))
            fields.Completed = ReadTime(ref reader);
        else if (Is(ref reader, "timestamp"u8))
            fields.Timestamp = ReadTime(ref reader);
        else if (Is(ref reader, "current"u8))
            fields.Current = ReadNumber(ref reader);
        else if (Is(ref reader, "total"u8))
            fields.Total = ReadNumber(ref reader);
        else if (Is(ref reader, "stream"u8))
            fields.Stream = ReadNumber(ref reader);
        else if (Is(ref reader, "cached"u8))
            fields.Cached = reader.Read() && reader.TokenType == JsonTokenType.True;
        else if (Is(ref reader, "data"u8) || Is(ref reader, "short"u8))
            ReadBase64(ref reader, _text);
        else if (Is(ref reader, "detail"u8))
            ReadDetails(ref reader);
        else if (Is(ref reader, "sourceInfo"u8))
            ReadSource(ref reader, ref fields);
        else if (Is(ref reader, "range"u8))
            fields.Line = ReadLine(ref reader);
        else
            Skip(ref reader);
    }

    private enum Item
    {
        None,
        Vertex,
        Transfer,
        Log,
        Warning,
    }

    private struct JsonFields
    {
        public DateTimeOffset? Started;
        public DateTimeOffset? Completed;
        public DateTimeOffset? Timestamp;
        public long Current;
        public long Total;
        public long Stream;
        public bool Cached;
        public string? File;
        public int Line;
    }
}
