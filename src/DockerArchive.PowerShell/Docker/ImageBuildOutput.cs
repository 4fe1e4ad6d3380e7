using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DockerArchive.Buildkit;

namespace DockerArchive.Docker;

/// <summary>
/// What an engine says while it builds, a JSON object a line: BuildKit's status, and the error that ends it. An engine that builds
/// without BuildKit says text. Images that are built one after the other may share it, and their steps are numbered on.
/// </summary>
/// <param name="watch">Is told all of it.</param>
internal sealed class ImageBuildOutput(IBuildWatch watch)
{
    private readonly ProgressParser _parser = new(watch);

    /// <summary>The steps as far as they came.</summary>
    public IReadOnlyList<BuildStep> Steps => watch.Steps;

    /// <summary>Reads all of one build.</summary>
    /// <returns>The error, or null if there is none.</returns>
    public async Task<string?> ReadAsync(Stream answer, CancellationToken cancellation)
    {
        string? error = null;
        using var lines = new StreamReader(answer);
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
                continue;
            var message = JsonSerializer.Deserialize<Message>(line)!;
            if (message is { Id: "moby.buildkit.trace", Aux.ValueKind: JsonValueKind.String })
                _parser.Write(StatusRecord.ToJsonLine(message.Aux.GetBytesFromBase64()).Span);
            else if (message.Stream is { } text)
                _parser.Write(Encoding.UTF8.GetBytes(text));
            error ??= message.Error?.Message;
        }

        return error;
    }

    private sealed record Message(
        [property: JsonPropertyName("id")] string? Id,
        [property: JsonPropertyName("aux")] JsonElement Aux,
        [property: JsonPropertyName("stream")] string? Stream,
        [property: JsonPropertyName("errorDetail")] ErrorDetail? Error);

    private sealed record ErrorDetail([property: JsonPropertyName("message")] string? Message);
}
