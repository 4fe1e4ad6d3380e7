using System.Formats.Tar;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>Builds images through the engine's API, from a context that is streamed.</summary>
internal sealed class ImageBuilder(DockerEngine engine)
{
    /// <summary>The label that says which inputs an image was made from.</summary>
    public const string InputsLabel = "io.github.dockerarchive.inputs";

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

    /// <summary>Builds with the engine's BuildKit, and tags.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="context">The build context as a tar stream.</param>
    /// <param name="output">Receives what BuildKit tells.</param>
    /// <param name="cancellation">Ends the build in the engine too, as it hangs on the connection.</param>
    /// <exception cref="ImageBuildException">The engine reported an error.</exception>
    public async Task<ImageInspectResponse> BuildAsync(
        ImageRequest request, Stream context, ImageBuildOutput output, CancellationToken cancellation)
    {
        string? error;
        try
        {
            // The library's other way takes no message whose aux is text, as BuildKit's are; that this one does not wait for the
            // end, for which it is called obsolete, is no matter where the answer is read to its end.
#pragma warning disable CS0618
            await using var answer = await engine.Client.Images.BuildImageFromDockerfileAsync(
#pragma warning restore CS0618
                context,
                new ImageBuildParameters
                {
                    Version = "2",
                    Tags = [request.Reference],
                    BuildArgs = request.BuildArgs.ToDictionary(),
                    Labels = request.Inputs is null ? null : new Dictionary<string, string> { [InputsLabel] = request.Inputs },
                    NoCache = request.NoCache,
                    Platform = request.Platform,
                },
                cancellation);
            error = await output.ReadAsync(answer, cancellation);
        }
        catch (DockerApiException e)
        {
            error = e.Message;
        }

        if (error is not null)
            throw new ImageBuildException(request.Reference, error, output);
        return await engine.Client.Images.InspectImageAsync(request.Reference, cancellation);
    }

    /// <summary>Makes an image that is another with labels.</summary>
    /// <param name="image">The other.</param>
    /// <param name="request">Names the image, and the inputs for its label.</param>
    /// <param name="labels">The labels, <c>name=value</c>.</param>
    /// <param name="output">As for <see cref="BuildAsync"/>.</param>
    /// <param name="cancellation">As for <see cref="BuildAsync"/>.</param>
    public async Task<ImageInspectResponse> LabelAsync(
        string image, ImageRequest request, IEnumerable<string> labels, ImageBuildOutput output, CancellationToken cancellation)
    {
        var context = new MemoryStream();
        await using (var tar = new TarWriter(context, TarEntryFormat.Gnu, leaveOpen: true))
        {
            var dockerfile = $"FROM {image}\nLABEL {string.Join(' ', labels)}\n";
            await tar.WriteEntryAsync(
                new GnuTarEntry(TarEntryType.RegularFile, "Dockerfile") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile)) },
                cancellation);
        }

        context.Position = 0;
        return await BuildAsync(request with { BuildArgs = new Dictionary<string, string>() }, context, output, cancellation);
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
    /// <summary>Platform of the image, such as <c>linux/amd64</c>; null for the engine's own.</summary>
    public string? Platform { get; init; }
}

