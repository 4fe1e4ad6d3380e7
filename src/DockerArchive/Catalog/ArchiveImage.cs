using DockerArchive.Vm;

namespace DockerArchive.Catalog;

/// <summary>A name under which an image of an environment is published, and what there is of it.</summary>
public sealed record ArchiveImage
{
    /// <summary>Name of the environment, such as <c>buildkit/v0.4.0</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Which of the environment's images it is.</summary>
    public required BuildStage Stage { get; init; }

    /// <summary>The name, such as <c>ssst0n3/docker_archive:buildkit-v0.4.0_v0.1.0</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>The versioned name that this one, an alias, stands for; null where it is the versioned one itself.</summary>
    public string? Target { get; init; }

    /// <summary>Id of the image that the Docker host has under this name, <c>sha256:…</c>; null where it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Size of that image in bytes, as the Docker engine reports it (all layers, unpacked).</summary>
    public long? Size { get; init; }

    /// <summary>When that image was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>
    /// True if this is an alias and the Docker host, or else the registry, has another image under it than under
    /// <see cref="Target"/>.
    /// </summary>
    public bool LeadsElsewhere { get; init; }

    /// <summary>Whether the registry has the name, or shows it to these logins; null if it was not asked or did not answer.</summary>
    public bool? IsPublished { get; init; }

    /// <summary>What the registry has under the name; null where it has nothing or was not asked.</summary>
    public PublishedImage? Published { get; init; }

    /// <summary>The name, so that an image can be given wherever a reference can.</summary>
    public override string ToString() => Reference;
}
