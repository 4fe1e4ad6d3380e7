using System.Diagnostics;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Archive;

/// <summary>The images of an environment on their way into a registry: first what has a version, then the aliases.</summary>
internal sealed class Publication
{
    private readonly ArchiveEnv _env;
    private readonly RegistryPrefix? _elsewhere;
    private readonly ArchiveImage[] _images;
    private readonly MirrorOverlay? _overlay;

    /// <param name="env">The environment.</param>
    /// <param name="stages">Which of its images.</param>
    /// <param name="elsewhere">Another registry than that of the images' names.</param>
    /// <param name="mirror">Whether to write an overlay that takes the image from there.</param>
    /// <exception cref="ArchiveException">The overlay could not be written.</exception>
    public Publication(ArchiveEnv env, IReadOnlyCollection<BuildStage> stages, RegistryPrefix? elsewhere, bool mirror)
    {
        _env = env;
        _elsewhere = elsewhere;
        _images = [.. EnvironmentImages.Of(env).Where(i => stages.Contains(i.Stage)).OrderBy(i => i.Target is not null)];
        _overlay = mirror ? new MirrorOverlay(env, NameOf(env.Image)) : null;
    }

    /// <summary>The overlay that it writes in the end; null for none.</summary>
    public string? Overlay => _overlay?.File;

    /// <summary>What it is about to make, for people.</summary>
    public string Description => string.Join(", ", _images.Select(i => NameOf(i.Reference)).Concat(Overlay is null ? [] : [Overlay]));

    /// <summary>Pushes until something fails. An alias is moved only when all that has a version is there, the overlay written last.</summary>
    /// <exception cref="ArchiveException">An image is missing, was not pushed, or the overlay cannot be written.</exception>
    public async Task PublishAsync(
        DockerEngine engine, ImagePush push, RetryRule retry, ImageRegistry registry, Action<PushedImage> done, CancellationToken cancellation)
    {
        var local = new Dictionary<BuildStage, ImageInspectResponse>();
        foreach (var versioned in _images.Where(i => i.Target is null))
            local[versioned.Stage] = await FindAsync(engine, versioned.Reference, cancellation);

        var isAsked = true;
        foreach (var image in _images)
        {
            var clock = Stopwatch.StartNew();
            var reference = NameOf(image.Reference);
            await using var tag = await LocalTag.SetAsync(engine, reference, local[image.Stage].ID!, cancellation);
            var before = isAsked ? await AskAsync(registry, reference, cancellation) : default;
            isAsked = before.IsKnown;
            var digest = await push.PushAsync(_env.Name, reference, retry, cancellation);
            if (_elsewhere is null)
                tag.Keep();
            done(new PushedImage
            {
                Environment = _env.Name,
                Stage = image.Stage,
                Reference = reference,
                Target = image.Target is null ? null : NameOf(image.Target),
                Digest = digest,
                Size = local[image.Stage].Size,
                UpToDate = before.IsKnown ? before.Image?.Digest == digest : null,
                Duration = clock.Elapsed,
            });
        }

        _overlay?.Write();
    }

    private string NameOf(string reference) => _elsewhere?.Of(reference) ?? reference;

    private async Task<ImageInspectResponse> FindAsync(DockerEngine engine, string reference, CancellationToken cancellation)
    {
        try
        {
            return await engine.Client.Images.InspectImageAsync(reference, cancellation);
        }
        catch (DockerImageNotFoundException e)
        {
            throw new ImageMissingException(_env.Name, reference, $"so cannot be pushed to {ImageReference.Parse(NameOf(reference)).Registry}", e);
        }
    }

    /// <summary>The engine may reach registries that this machine does not, and what keeps the question from an answer is the push's to tell.</summary>
    private static async Task<(bool IsKnown, PublishedImage? Image)> AskAsync(ImageRegistry registry, string reference, CancellationToken cancellation)
    {
        try
        {
            return (true, await registry.FindAsync(reference, cancellation));
        }
        catch (ArchiveException)
        {
            return (false, null);
        }
    }
}
