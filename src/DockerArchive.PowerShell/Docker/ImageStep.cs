using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>What an engine says about a pull or a push.</summary>
/// <param name="Image">Reference of the image.</param>
/// <param name="Layer">Short id of the layer, or null where the image is meant.</param>
/// <param name="Status">What happens, such as <c>Downloading</c> or <c>Layer already exists</c>.</param>
/// <param name="Current">Bytes done, if it is counted.</param>
/// <param name="Total">Bytes in all, if they are known.</param>
internal sealed record ImageStep(string Image, string? Layer, string Status, long? Current, long? Total)
{
    /// <summary>The step that a message tells; null if it tells none.</summary>
    public static ImageStep? Of(string image, JSONMessage message) => message.Status is null
        ? null
        : new ImageStep(image, message.ID, message.Status, message.Progress?.Current, message.Progress?.Total);
}
