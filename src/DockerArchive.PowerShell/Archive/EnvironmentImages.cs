using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Archive;

/// <summary>The names under which an environment's images are published, and what there is under them.</summary>
internal static class EnvironmentImages
{
    /// <summary>The names of ctr and dqd, each versioned and then its alias.</summary>
    public static IEnumerable<ArchiveImage> Of(ArchiveEnv env)
    {
        foreach (var (stage, reference, alias) in new[]
        {
            (BuildStage.Ctr, env.CtrImage, env.CtrImageAlias),
            (BuildStage.Dqd, env.Image, env.ImageAlias),
        })
        {
            yield return new ArchiveImage { Environment = env.Name, Stage = stage, Reference = reference };
            if (alias is not null)
                yield return new ArchiveImage { Environment = env.Name, Stage = stage, Reference = alias, Target = reference };
        }
    }

    /// <summary>The environment with its images in another repository, where they have the same tags.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="repository">Such as <c>example.org/archive</c>; null leaves it as it is.</param>
    public static ArchiveEnv InRepository(this ArchiveEnv env, string? repository)
    {
        return repository is null
            ? env
            : env with
            {
                Image = Renamed(env.Image),
                ImageAlias = env.ImageAlias is null ? null : Renamed(env.ImageAlias),
                CtrImage = Renamed(env.CtrImage),
                CtrImageAlias = env.CtrImageAlias is null ? null : Renamed(env.CtrImageAlias),
            };

        string Renamed(string image) => $"{repository}:{ImageReference.Parse(image).Tag}";
    }

    /// <summary>All names that images of an environment may have on a Docker host, also those by which overlays call its machines'.</summary>
    /// <exception cref="BrokenEnvironmentException">An overlay is malformed.</exception>
    public static IEnumerable<string> NamesOf(ArchiveEnv env)
    {
        var machines = env.Overlays.Count == 0 ? [] : MachinesOf(env).ToHashSet(StringComparer.Ordinal);
        var mirrored = env.Overlays
            .SelectMany(overlay => ArchiveCatalog.ReadProject(env, [overlay]).Services)
            .Where(s => machines.Contains(s.Name))
            .Select(s => s.Image)
            .OfType<string>();
        return Of(env).Select(i => i.Reference).Append(env.VmImage).Concat(mirrored).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The services of the compose file that the dqd image is for.</summary>
    /// <exception cref="BrokenEnvironmentException">There is no compose file, or it is malformed.</exception>
    public static IEnumerable<string> MachinesOf(ArchiveEnv env) =>
        ArchiveCatalog.ReadProject(env, []).Services.Where(s => s.Image == env.Image).Select(s => s.Name);

    /// <summary>With what a Docker host has under the name.</summary>
    public static ArchiveImage With(this ArchiveImage image, IReadOnlyDictionary<ImageReference, ImagesListResponse> local) =>
        local.TryGetValue(ImageReference.Parse(image.Reference), out var here)
            ? image with
            {
                Id = here.ID,
                Size = here.Size,
                Created = new DateTimeOffset(DateTime.SpecifyKind(here.Created, DateTimeKind.Utc)),
            }
            : image;

    /// <summary>Tells which of an environment's aliases do not lead to what they stand for.</summary>
    public static IEnumerable<ArchiveImage> Compared(IReadOnlyCollection<ArchiveImage> images) =>
        images.Select(alias => images.FirstOrDefault(i => i.Reference == alias.Target) is { } target
            ? alias with
            {
                LeadsElsewhere = Differ(alias.Id, target.Id) || Differ(alias.Published?.Digest, target.Published?.Digest),
            }
            : alias);

    private static bool Differ(string? one, string? other) => one is not null && other is not null && one != other;
}
