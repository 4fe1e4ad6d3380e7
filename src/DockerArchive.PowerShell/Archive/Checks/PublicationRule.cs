using System.Globalization;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Archive.Checks;

/// <summary>What the registry has of an environment's images: a finding for each of their names.</summary>
internal sealed class PublicationRule(ImageRegistry registry)
{
    /// <exception cref="ArchiveException">The registry does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<ArchiveFinding>> FindingsAsync(ArchiveEnv env, CancellationToken cancellation)
    {
        var findings = new List<ArchiveFinding>();
        foreach (var (image, alias) in new[] { (env.Image, env.ImageAlias), (env.CtrImage, env.CtrImageAlias) })
        {
            var published = await registry.FindAsync(image, cancellation);
            findings.Add(Finding(env, image, published));
            if (alias is null)
                continue;
            var other = await registry.FindAsync(alias, cancellation);
            var finding = Finding(env, alias, other);
            if (published is not null && other is not null && other.Digest != published.Digest)
                finding = finding with { Severity = FindingSeverity.Warning, Message = $"{alias} does not lead to {image}, but to {other.Digest}." };
            findings.Add(finding);
        }

        return findings;
    }

    private static ArchiveFinding Finding(ArchiveEnv env, string reference, PublishedImage? published) => new()
    {
        Environment = env.Name,
        Rule = "ImagePublished",
        Severity = published is null ? FindingSeverity.Warning : FindingSeverity.Information,
        File = Path.Combine(env.Directory, ".env"),
        Message = published is null
            ? $"{reference} is not in the registry, or hidden; Build-ArchiveEnv {env.Name} makes it here, Publish-ArchiveEnv pushes it."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{reference} is published: {ByteSize.Text(published.Size)}{(published.Created is { } made ? $", made {made:yyyy-MM-dd}" : "")}, {published.Digest}."),
        Published = published,
    };
}
