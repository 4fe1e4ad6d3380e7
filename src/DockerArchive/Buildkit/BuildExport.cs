namespace DockerArchive.Buildkit;

/// <summary>What an <c>exporting to …</c> step made.</summary>
public sealed record BuildExport
{
    /// <summary>The number of the step.</summary>
    public required int Step { get; init; }

    /// <summary>Where to, in BuildKit's words: <c>image</c>, <c>oci image format</c>, <c>client directory</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The digest of the manifest, or of the manifest list when there is one; null for a target without.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the image's configuration, when told.</summary>
    public string? ConfigDigest { get; init; }

    /// <summary>The names that the image was given.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Names.Count == 0 ? Target : string.Join(", ", Names);
}
