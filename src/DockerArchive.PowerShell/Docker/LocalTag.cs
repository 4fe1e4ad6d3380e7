using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>A name given to an image of an engine. Unless it is kept, it is taken back, to the image that had it before if there was one.</summary>
internal sealed class LocalTag : IAsyncDisposable
{
    private readonly DockerEngine _engine;
    private readonly string _reference;
    private readonly string? _before;
    private bool _isKept;

    private LocalTag(DockerEngine engine, string reference, string? before, bool isKept) =>
        (_engine, _reference, _before, _isKept) = (engine, reference, before, isKept);

    public static async Task<LocalTag> SetAsync(DockerEngine engine, string reference, string imageId, CancellationToken cancellation)
    {
        string? before = null;
        try
        {
            before = (await engine.Client.Images.InspectImageAsync(reference, cancellation)).ID;
        }
        catch (DockerImageNotFoundException)
        {
            // The name is new.
        }

        if (before != imageId)
            await TagAsync(engine, reference, imageId);
        return new LocalTag(engine, reference, before, isKept: before == imageId);
    }

    public void Keep() => _isKept = true;

    public async ValueTask DisposeAsync()
    {
        if (_isKept)
            return;
        try
        {
            if (_before is null)
                await _engine.Client.Images.DeleteImageAsync(_reference, new ImageDeleteParameters { NoPrune = true }, CancellationToken.None);
            else
                await TagAsync(_engine, _reference, _before);
        }
        catch (DockerImageNotFoundException)
        {
            // Somebody else was faster.
        }
    }

    private static async Task TagAsync(DockerEngine engine, string reference, string imageId)
    {
        var colon = reference.LastIndexOf(':');
        await engine.Client.Images.TagImageAsync(
            imageId,
            new ImageTagParameters { RepositoryName = reference[..colon], Tag = reference[(colon + 1)..] },
            CancellationToken.None);
    }
}
