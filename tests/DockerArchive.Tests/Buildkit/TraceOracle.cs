using System.Text;
using System.Text.Json;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>
/// What a trace says happened, read with nothing of the code under test. Log pieces are joined as BuildKit's printer joins
/// them: without regard to the stream, a line's time being that of its first byte.
/// </summary>
internal sealed class TraceOracle
{
    private readonly Dictionary<string, Vertex> _byDigest = [];

    private TraceOracle(byte[] trace)
    {
        foreach (string line in Encoding.UTF8.GetString(trace).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith('{'))
                continue;
            JsonElement status;
            try
            {
                status = JsonDocument.Parse(line).RootElement;
            }
            catch (JsonException)
            {
                // A killed buildctl leaves its last object unfinished.
                continue;
            }

            foreach (JsonElement vertex in Items(status, "vertexes"))
                Update(vertex);
            foreach (JsonElement log in Items(status, "logs"))
                Append(log);
        }
    }

    public List<Vertex> Vertices { get; } = [];

    public static TraceOracle Read(byte[] trace) => new(trace);

    private static JsonElement.ArrayEnumerator Items(JsonElement status, string name) =>
        Get(status, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;

    private static JsonElement Get(JsonElement element, string name)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        return default;
    }

    private static string Text(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.String } text
            ? DateTimeOffset.Parse(Shorten(text.GetString()!), System.Globalization.CultureInfo.InvariantCulture)
            : null;

    /// <summary>.NET reads seven digits and rounds the eighth; the parsers cut.</summary>
    private static string Shorten(string time)
    {
        int dot = time.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && time.EndsWith('Z') && time.Length > dot + 9 ? time[..(dot + 8)] + "Z" : time;
    }

    private void Update(JsonElement json)
    {
        string digest = Text(json, "digest");
        if (!_byDigest.TryGetValue(digest, out Vertex? vertex))
        {
            _byDigest.Add(digest, vertex = new Vertex { Digest = digest, Index = Vertices.Count + 1 });
            Vertices.Add(vertex);
        }

        vertex.Name = Text(json, "name");
        vertex.Error = Text(json, "error") is { Length: > 0 } error ? error : null;
        vertex.Cached = Get(json, "cached").ValueKind == JsonValueKind.True;
        vertex.Started = Time(json, "started");
        vertex.Completed = Time(json, "completed");
        vertex.Inputs = [.. Items(json, "inputs").Select(input => input.GetString()!)];
        vertex.IsWeak = Get(json, "progressGroup") is { ValueKind: JsonValueKind.Object } group
            && Get(group, "weak").ValueKind == JsonValueKind.True;
        if (vertex.Started is { } started)
        {
            vertex.FirstStart = vertex.FirstStart is { } first && first < started ? first : started;
            vertex.Runs.RemoveAll(run => run.Start == started);
            vertex.Runs.Add((started, vertex.Completed));
        }

        if (vertex.Completed is { } completed)
            vertex.LastEnd = vertex.LastEnd is { } last && last > completed ? last : completed;
    }

    private void Append(JsonElement log)
    {
        Vertex vertex = _byDigest[Text(log, "vertex")];
        ReadOnlySpan<byte> data = Get(log, "data").GetBytesFromBase64();
        DateTimeOffset time = Time(log, "timestamp")!.Value;
        int stream = Get(log, "stream") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : 0;
        if (data.IsEmpty)
        {
            vertex.IsPartial = true;
            return;
        }

        while (!data.IsEmpty)
        {
            int newline = data.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = newline < 0 ? data : data[..newline];
            if (!vertex.IsPartial || vertex.Log.Count == 0)
                vertex.Log.Add(new Line { Time = time, Offset = time - (vertex.Started ?? time), Stream = stream });
            else if (vertex.Log[^1].Stream != stream)
                vertex.Log[^1].Stream = 0;
            vertex.Log[^1].Bytes.AddRange(piece);
            vertex.IsPartial = newline < 0;
            data = newline < 0 ? default : data[(newline + 1)..];
        }
    }

    public sealed class Line
    {
        public DateTimeOffset Time { get; init; }

        public TimeSpan Offset { get; init; }

        /// <summary>0 when both streams wrote to the line.</summary>
        public int Stream { get; set; }

        public List<byte> Bytes { get; } = [];
    }

    public sealed class Vertex
    {
        public required string Digest { get; init; }

        public required int Index { get; init; }

        public string Name { get; set; } = "";

        public string? Error { get; set; }

        public bool Cached { get; set; }

        public string[] Inputs { get; set; } = [];

        /// <summary>Plain progress shows a weak member of a progress group only together with another member.</summary>
        public bool IsWeak { get; set; }

        public DateTimeOffset? Started { get; set; }

        public DateTimeOffset? Completed { get; set; }

        public DateTimeOffset? FirstStart { get; set; }

        public DateTimeOffset? LastEnd { get; set; }

        public List<(DateTimeOffset Start, DateTimeOffset? End)> Runs { get; } = [];

        public BuildStepState State =>
            Completed is null ? Started is null ? BuildStepState.Pending : BuildStepState.Running
            : Error is not null
                ? Error.EndsWith("context canceled", StringComparison.Ordinal) ? BuildStepState.Canceled : BuildStepState.Failed
            : Cached ? BuildStepState.Cached
            : BuildStepState.Done;

        /// <summary>The time that the ended runs cover.</summary>
        public TimeSpan Total
        {
            get
            {
                TimeSpan sum = default;
                DateTimeOffset covered = DateTimeOffset.MinValue;
                foreach ((DateTimeOffset start, DateTimeOffset? end) in Runs.OrderBy(run => run.Start))
                {
                    if (end is not { } stop || stop <= covered)
                        continue;
                    sum += stop - (start > covered ? start : covered);
                    covered = stop;
                }

                return sum;
            }
        }

        public List<Line> Log { get; } = [];

        public bool IsPartial { get; set; }
    }
}
