using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>The images that an engine has.</summary>
internal sealed class LocalImages(DockerEngine engine)
{
    /// <summary>All that have names, by these.</summary>
    public async Task<IReadOnlyDictionary<ImageReference, ImagesListResponse>> ListAsync(CancellationToken cancellation)
    {
        var named = new Dictionary<ImageReference, ImagesListResponse>();
        foreach (var image in await engine.Client.Images.ListImagesAsync(new ImagesListParameters(), cancellation))
        {
            foreach (var tag in image.RepoTags ?? [])
                named[ImageReference.Parse(tag)] = image;
        }

        return named;
    }
}
