using System.Buffers;
using System.Text.Json;
using DockerArchive.Docker.Status;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace DockerArchive.Docker;

/// <summary>
/// BuildKit's status as an engine passes it on, <c>moby.buildkit.trace</c> with protobuf in it, in the words of buildctl's
/// <c>--progress=rawjson</c>, which the parser of buildctl's output reads.
/// </summary>
internal static class StatusRecord
{
    /// <summary>One object on a line of its own.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are something else.</exception>
    public static ReadOnlyMemory<byte> ToJsonLine(byte[] protobuf)
    {
        var status = StatusResponse.Parser.ParseFrom(protobuf);
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            Write(json, "vertexes", status.Vertexes, Write);
            Write(json, "statuses", status.Statuses, Write);
            Write(json, "logs", status.Logs, Write);
            Write(json, "warnings", status.Warnings, Write);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenMemory;
    }

    private static void Write<T>(Utf8JsonWriter json, string name, RepeatedField<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Vertex vertex)
    {
        json.WriteString("digest", vertex.Digest);
        json.WriteStartArray("inputs");
        foreach (var input in vertex.Inputs)
            json.WriteStringValue(input);
        json.WriteEndArray();
        json.WriteString("name", vertex.Name);
        Write(json, "started", vertex.Started);
        Write(json, "completed", vertex.Completed);
        json.WriteBoolean("cached", vertex.Cached);
        if (vertex.Error.Length > 0)
            json.WriteString("error", vertex.Error);
    }

    private static void Write(Utf8JsonWriter json, VertexStatus transfer)
    {
        json.WriteString("id", transfer.Id);
        json.WriteString("vertex", transfer.Vertex);
        json.WriteNumber("current", transfer.Current);
        json.WriteNumber("total", transfer.Total);
        Write(json, "timestamp", transfer.Timestamp);
        Write(json, "started", transfer.Started);
        Write(json, "completed", transfer.Completed);
    }

    private static void Write(Utf8JsonWriter json, VertexLog log)
    {
        json.WriteString("vertex", log.Vertex);
        json.WriteNumber("stream", log.Stream);
        json.WriteBase64String("data", log.Msg.Span);
        Write(json, "timestamp", log.Timestamp);
    }

    private static void Write(Utf8JsonWriter json, VertexWarning warning)
    {
        json.WriteString("vertex", warning.Vertex);
        json.WriteBase64String("short", warning.Short.Span);
        json.WriteStartArray("detail");
        foreach (var detail in warning.Detail)
            json.WriteBase64StringValue(detail.Span);
        json.WriteEndArray();
        json.WriteString("url", warning.Url);
        json.WriteStartObject("sourceInfo");
        json.WriteString("filename", warning.Info?.Filename);
        json.WriteEndObject();
        Write(json, "range", warning.Ranges, static (json, range) =>
        {
            json.WriteStartObject("start");
            json.WriteNumber("line", range.Start?.Line ?? 0);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, string name, Timestamp? time)
    {
        if (time is not null)
            json.WriteString(name, time.ToDateTimeOffset());
    }
}
