namespace DockerArchive.Catalog;

/// <summary>An image as a registry has it.</summary>
public sealed record PublishedImage
{
    /// <summary>The reference that was asked for, such as <c>ssst0n3/docker_archive:buildkit-v0.4.0_v0.1.0</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>Digest of what the tag names, <c>sha256:…</c>: what a pull by digest takes.</summary>
    public required string Digest { get; init; }

    /// <summary>Bytes that a pull of the linux/amd64 image transfers: its configuration and its compressed layers.</summary>
    public required long Size { get; init; }

    /// <summary>When the image was made, as its configuration tells; null where it does not.</summary>
    public DateTimeOffset? Created { get; init; }
}
