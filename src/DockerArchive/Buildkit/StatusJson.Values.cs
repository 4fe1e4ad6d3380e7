using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace DockerArchive.Buildkit;

/// <content>Values of the fields.</content>
internal sealed partial class StatusJson
{
    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static bool ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return true;
        reader.Skip();
        return false;
    }

    private static void ReadText(ref Utf8JsonReader reader, ArrayBufferWriter<byte> text)
    {
        text.ResetWrittenCount();
        if (ReadString(ref reader))
            text.Advance(reader.CopyString(text.GetSpan(Math.Max(1, reader.ValueSpan.Length))));
    }

    private static void ReadBase64(ref Utf8JsonReader reader, ArrayBufferWriter<byte> text)
    {
        text.ResetWrittenCount();
        if (!ReadString(ref reader))
            return;
        ReadOnlySpan<byte> encoded = reader.ValueSpan;
        Span<byte> plain = text.GetSpan(Math.Max(1, Base64.GetMaxDecodedFromUtf8Length(encoded.Length)));
        if (Base64.DecodeFromUtf8(encoded, plain, out _, out int written) != OperationStatus.Done)
            throw new FormatException();
        text.Advance(written);
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                _details.Add(reader.GetBytesFromBase64());
            else
                reader.Skip();
        }
    }

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader) =>
        ReadString(ref reader) && PrintedTime.TryTime(reader.ValueSpan, out DateTimeOffset time) ? time : null;

    private static long ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out long value) ? value : 0;
        reader.Skip();
        return 0;
    }

    private static void ReadSource(ref Utf8JsonReader reader, ref JsonFields fields)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "filename"u8))
                fields.File = ReadString(ref reader) ? reader.GetString() : null;
            else
                Skip(ref reader);
        }
    }

    /// <summary>The first line of the first range.</summary>
    private static int ReadLine(ref Utf8JsonReader reader)
    {
        int line = 0;
        reader.Read();
        int depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return line;
        }

        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (line == 0 && reader.TokenType == JsonTokenType.PropertyName && Is(ref reader, "line"u8)
                && reader.Read() && reader.TokenType == JsonTokenType.Number)
                line = reader.TryGetInt32(out int value) ? Math.Max(value, 0) : 0;
        }

        return line;
    }
}
