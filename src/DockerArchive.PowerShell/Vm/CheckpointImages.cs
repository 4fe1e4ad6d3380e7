using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The images that hold checkpoints. Their labels are all that is known about them; there is no file beside.</summary>
internal sealed class CheckpointImages(DockerEngine engine, InstanceRegistry registry)
{
    private const string Repository = "dockerarchive/checkpoint";
    private const string Prefix = "io.github.dockerarchive.checkpoint.";
    private const string NameLabel = Prefix + "name";
    private const string IdLabel = Prefix + "id";
    private const string BaseImageLabel = Prefix + "base-image";
    private const string QemuLabel = Prefix + "qemu";
    private const string MachineLabel = Prefix + "machine";
    private const string CpusLabel = Prefix + "cpus";
    private const string MemoryLabel = Prefix + "memory";
    private const string AccelerationLabel = Prefix + "acceleration";
    private const string HostKeysLabel = Prefix + "host-keys";

    /// <summary>All checkpoints of known environments.</summary>
    public async Task<IReadOnlyList<ArchiveCheckpoint>> ListAsync(CancellationToken cancellation)
    {
        var images = await engine.Client.Images.ListImagesAsync(new ImagesListParameters { All = true }, cancellation);
        var sizes = images.ToDictionary(i => i.ID, i => i.Size, StringComparer.Ordinal);
        return
        [
            .. images
                .Where(i => i.Labels?.ContainsKey(NameLabel) is true && i.RepoTags?.Any(IsOurs) is true)
                .Select(i => ToCheckpoint(i, sizes))
                .OfType<ArchiveCheckpoint>()
                .OrderBy(c => c.Environment, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Service, StringComparer.Ordinal),
        ];
    }

    /// <summary>The checkpoints of that name of an environment's machines.</summary>
    public async Task<IReadOnlyList<ArchiveCheckpoint>> FindAsync(string environment, string name, CancellationToken cancellation) =>
        [.. (await ListAsync(cancellation)).Where(c => c.Environment == environment && c.Name == name)];

    /// <summary>The checkpoint of a machine.</summary>
    /// <exception cref="CheckpointNotFoundException">It has none of that name.</exception>
    public async Task<ArchiveCheckpoint> GetAsync(ArchiveInstance instance, string name, CancellationToken cancellation)
    {
        var all = (await ListAsync(cancellation)).Where(c => c.Environment == instance.Environment && c.Service == instance.Service).ToArray();
        return all.FirstOrDefault(c => c.Name == name)
            ?? throw new CheckpointNotFoundException(instance.Environment!, name, all.Select(c => c.Name));
    }

    /// <summary>Makes an image of a container whose machine's state has just been saved in its disk.</summary>
    /// <param name="containerId">The container; its processes stand still until the image is made.</param>
    /// <param name="draft">The checkpoint.</param>
    /// <param name="hostKeys">The host keys that the guest has shown, by their types.</param>
    public async Task<ArchiveCheckpoint> CommitAsync(
        string containerId, ArchiveCheckpoint draft, IReadOnlyDictionary<string, string> hostKeys)
    {
        var origin = await engine.Client.Images.InspectImageAsync(draft.BaseImageId);
        var tag = $"{draft.Name}-{draft.Id}";

        // The engine goes on with what it was asked for also when nobody waits, so it is waited for.
        await engine.Client.Images.CommitContainerChangesAsync(
            new CommitContainerChangesParameters
            {
                ContainerID = containerId,
                RepositoryName = Repository,
                Tag = tag,
                Pause = true,
                Changes =
                [
                    .. new (string Key, string Value)[]
                    {
                        (NameLabel, draft.Name),
                        (IdLabel, draft.Id),
                        (BaseImageLabel, draft.BaseImageId),
                        (QemuLabel, draft.QemuVersion),
                        (MachineLabel, draft.MachineType),
                        (CpusLabel, draft.Cpus.ToString(CultureInfo.InvariantCulture)),
                        (MemoryLabel, draft.Memory.ToString(CultureInfo.InvariantCulture)),
                        (AccelerationLabel, draft.Acceleration.ToString()),
                        (HostKeysLabel, string.Join(',', hostKeys.Select(k => $"{k.Key} {k.Value}"))),
                    }.Select(l => $"LABEL {l.Key}=\"{l.Value}\""),

                    // The container's own has the arguments that a new machine gets anew.
                    $"CMD {JsonSerializer.Serialize(origin.Config?.Cmd ?? [])}",
                ],
            },
            CancellationToken.None);
        var image = await engine.Client.Images.InspectImageAsync($"{Repository}:{tag}");
        return draft with
        {
            Image = $"{Repository}:{tag}",
            Created = ToTime(image.Created ?? default),
            Size = image.Size - origin.Size,
        };
    }

    /// <summary>The host keys of the guest whose state a checkpoint is.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HostKeysAsync(ArchiveCheckpoint checkpoint, CancellationToken cancellation)
    {
        var image = await engine.Client.Images.InspectImageAsync(checkpoint.Image!, cancellation);
        return image.Config!.Labels![HostKeysLabel].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(k => k.Split(' ')).ToDictionary(k => k[0], k => k[1], StringComparer.Ordinal);
    }

    /// <summary>Id of the image that a container's environment has, also where the container is made from a checkpoint.</summary>
    public async Task<string> BaseOfAsync(string imageId, CancellationToken cancellation)
    {
        var image = await engine.Client.Images.InspectImageAsync(imageId, cancellation);
        return image.Config?.Labels?.TryGetValue(BaseImageLabel, out var origin) is true ? origin : image.ID!;
    }

    /// <exception cref="ArchiveException">There are instances that were made from it.</exception>
    public async Task CheckUnusedAsync(ArchiveCheckpoint checkpoint, CancellationToken cancellation)
    {
        var users = await engine.Client.Containers.ListContainersAsync(
            new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["ancestor"] = new Dictionary<string, bool> { [checkpoint.Image!] = true },
                },
            },
            cancellation);
        if (users.Count > 0)
            throw InUse(checkpoint, users.SelectMany(u => u.Names ?? []).Select(n => n.TrimStart('/')));
    }

    /// <exception cref="ArchiveException">There are instances that were made from it.</exception>
    public async Task RemoveAsync(ArchiveCheckpoint checkpoint, CancellationToken cancellation)
    {
        await CheckUnusedAsync(checkpoint, cancellation);
        try
        {
            await engine.Client.Images.DeleteImageAsync(checkpoint.Image!, new ImageDeleteParameters(), cancellation);
        }
        catch (DockerImageNotFoundException)
        {
            // Somebody else was faster.
        }
    }

    private static ArchiveException InUse(ArchiveCheckpoint checkpoint, IEnumerable<string> containers) => new(
        "CheckpointInUse",
        ErrorCategory.ResourceBusy,
        checkpoint.Name,
        $"Checkpoint '{checkpoint.Name}' of '{checkpoint.Environment}' has instances that were made from it ({string.Join(", ", containers)}). "
        + "Remove them first: Remove-ArchiveEnv");

    private static bool IsOurs(string tag) => tag.StartsWith(Repository + ":", StringComparison.Ordinal);

    private ArchiveCheckpoint? ToCheckpoint(ImagesListResponse image, Dictionary<string, long> sizes)
    {
        var labels = image.Labels!;
        return registry.EnvironmentOf(labels) is not { } environment
            ? null
            : new ArchiveCheckpoint
            {
                Name = labels[NameLabel],
                Environment = environment,
                Service = labels.TryGetValue(ComposeLabels.Service, out var service) ? service : "",
                Id = labels[IdLabel],
                Image = image.RepoTags!.First(IsOurs),
                BaseImageId = labels[BaseImageLabel],
                Created = ToTime(image.Created),
                Size = image.Size - sizes.GetValueOrDefault(labels[BaseImageLabel]),
                Acceleration = Enum.Parse<Acceleration>(labels[AccelerationLabel]),
                QemuVersion = labels[QemuLabel],
                MachineType = labels[MachineLabel],
                Cpus = int.Parse(labels[CpusLabel], CultureInfo.InvariantCulture),
                Memory = long.Parse(labels[MemoryLabel], CultureInfo.InvariantCulture),
            };
    }

    private static DateTimeOffset ToTime(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}

/// <summary>An environment has no checkpoint of that name.</summary>
public sealed class CheckpointNotFoundException : ArchiveException
{
    internal CheckpointNotFoundException(string environment, string name, IEnumerable<string> others)
        : base(
            "CheckpointNotFound",
            ErrorCategory.ObjectNotFound,
            name,
            $"Environment '{environment}' has no checkpoint '{name}'. "
            + (others.Distinct().ToArray() is { Length: > 0 } there
                ? $"It has: {string.Join(", ", there)}."
                : $"Make one of a running instance: Checkpoint-ArchiveEnv {environment}{(name == "default" ? "" : $" -Name {name}")}"))
    {
    }
}
