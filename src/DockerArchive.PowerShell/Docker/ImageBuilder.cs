using System.Management.Automation;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>Builds images through the engine's API, from a context that is streamed.</summary>
internal sealed class ImageBuilder(DockerEngine engine)
{
    /// <summary>The label that says which inputs an image was made from.</summary>
    public const string InputsLabel = "io.github.dockerarchive.inputs";

    private const int KeptLines = 30;

    /// <summary>Id of the image if it exists and was made from these inputs.</summary>
    public async Task<ImageInspectResponse?> FindAsync(string reference, string? inputs, CancellationToken cancellation)
    {
        try
        {
            var image = await engine.Client.Images.InspectImageAsync(reference, cancellation);
            return inputs is null || image.Config?.Labels?.TryGetValue(InputsLabel, out var made) is true && made == inputs
                ? image
                : null;
        }
        catch (DockerImageNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Builds and tags.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="context">The build context as a tar stream.</param>
    /// <param name="line">Receives each line the engine prints.</param>
    /// <param name="cancellation">Ends the build in the engine too, as it hangs on the connection.</param>
    /// <exception cref="ImageBuildException">The engine reported an error.</exception>
    public async Task<ImageInspectResponse> BuildAsync(
        ImageRequest request, Stream context, Action<string> line, CancellationToken cancellation)
    {
        var tail = new Queue<string>();
        string? error = null;
        var output = new LineSplitter(text =>
        {
            if (tail.Count == KeptLines)
                tail.Dequeue();
            tail.Enqueue(text);
            line(text);
        });
        var progress = new EngineMessages(message =>
        {
            error ??= message.Error?.Message;
            output.Write(message.Stream ?? (message.ID is null && message.Status is not null ? message.Status + "\n" : ""));
        });

        try
        {
            await engine.Client.Images.BuildImageFromDockerfileAsync(
                new ImageBuildParameters
                {
                    Tags = [request.Reference],
                    Dockerfile = request.Dockerfile,
                    BuildArgs = request.BuildArgs.ToDictionary(),
                    Labels = request.Inputs is null ? null : new Dictionary<string, string> { [InputsLabel] = request.Inputs },
                    NoCache = request.NoCache,
                    Platform = request.Platform,
                    Remove = true,
                    ForceRemove = true,
                },
                context,
                [],
                new Dictionary<string, string>(),
                progress,
                cancellation);
        }
        catch (DockerApiException e)
        {
            error ??= e.Message;
        }

        output.Flush();
        if (error is not null)
            throw new ImageBuildException(request.Reference, error, tail);
        return await engine.Client.Images.InspectImageAsync(request.Reference, cancellation);
    }
}

/// <summary>What <see cref="ImageBuilder"/> is to build.</summary>
/// <param name="Reference">Tag of the result.</param>
/// <param name="BuildArgs">Values of the Dockerfile's ARGs.</param>
/// <param name="Inputs">Digest of all that the result depends on, kept as a label; null to keep none.</param>
/// <param name="NoCache">Whether the engine must run every step anew.</param>
internal sealed record ImageRequest(
    string Reference,
    IReadOnlyDictionary<string, string> BuildArgs,
    string? Inputs = null,
    bool NoCache = false)
{
    /// <summary>Path of the Dockerfile in the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>Platform of the image, such as <c>linux/amd64</c>; null for the engine's own.</summary>
    public string? Platform { get; init; }
}

/// <summary>The engine could not build an image.</summary>
public sealed class ImageBuildException : ArchiveException
{
    internal ImageBuildException(string reference, string error, IEnumerable<string> lines)
        : base("ImageBuildFailed", ErrorCategory.InvalidResult, reference, Text(reference, error, lines)) =>
        Lines = [.. lines];

    /// <summary>The last lines the engine printed.</summary>
    public IReadOnlyList<string> Lines { get; }

    private static string Text(string reference, string error, IEnumerable<string> lines)
    {
        var remedy = error.Contains("pull access denied", StringComparison.Ordinal)
            || error.Contains("manifest unknown", StringComparison.Ordinal)
            || error.Contains("dial tcp", StringComparison.Ordinal)
            || error.Contains("no such host", StringComparison.Ordinal)
            ? " A base image could not be pulled: give another with -BuildArg @{ BASE = '…' }, or make one with dqd/import-base.sh."
            : "";
        return $"Building {reference} failed: {error.Trim()}.{remedy}\n{string.Join('\n', lines)}".TrimEnd();
    }
}
