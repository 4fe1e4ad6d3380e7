using System.Management.Automation;
using Docker.DotNet;
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

    /// <summary>Removes names, and with the last name of an image the image. If one is in use, none is removed.</summary>
    /// <param name="environment">Whose images they are.</param>
    /// <param name="images">The names, and the ids of the images that they lead to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">A container is made from one of them.</exception>
    public async Task RemoveAsync(string environment, IReadOnlyCollection<(string Reference, string Id)> images, CancellationToken cancellation)
    {
        var containers = await engine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, cancellation);
        foreach (var (reference, id) in images)
        {
            if (containers.FirstOrDefault(c => c.ImageID == id) is { } user)
                throw InUse(environment, reference, user.Names?.FirstOrDefault()?.TrimStart('/') ?? user.ID[..12]);
        }

        foreach (var (reference, _) in images)
        {
            try
            {
                await engine.Client.Images.DeleteImageAsync(reference, new ImageDeleteParameters(), cancellation);
            }
            catch (DockerImageNotFoundException)
            {
                // Somebody else was faster.
            }
        }
    }

    private static ArchiveException InUse(string environment, string reference, string container) => new(
        "ImageInUse",
        ErrorCategory.ResourceBusy,
        reference,
        $"Image '{reference}' of environment '{environment}' is that of container '{container}', so none of the environment's images was removed. "
        + $"Remove the container first: Remove-ArchiveEnv -Force if it is an instance, otherwise docker rm -f {container}");
}
