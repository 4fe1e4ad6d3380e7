namespace DockerArchive.Vm;

/// <summary>
/// The saved state of a machine, its memory, devices and disk, kept as a container image on the Docker host. Made by
/// <c>Checkpoint-ArchiveEnv</c>.
/// </summary>
public sealed record ArchiveCheckpoint
{
    /// <summary>Name of the checkpoint, unique for a machine of an environment.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the environment, such as <c>buildkit/v0.4.0</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Compose service of the machine, normally <c>vm</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Name that the state has in the machine's disk.</summary>
    public required string Id { get; init; }

    /// <summary>Reference of the image that holds the state; null for one that is not made yet.</summary>
    public string? Image { get; init; }

    /// <summary>Id of the image that the machine was started from, <c>sha256:…</c>; a checkpoint belongs to no other.</summary>
    public required string BaseImageId { get; init; }

    /// <summary>When it was made, by the Docker host's clock.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Bytes that it takes on the Docker host beside the environment's image.</summary>
    public long Size { get; init; }

    /// <summary>Whether the machine ran with KVM; its state does not go on without, nor the other way round.</summary>
    public required Acceleration Acceleration { get; init; }

    /// <summary>Version of QEMU, such as <c>7.2.22</c>.</summary>
    public required string QemuVersion { get; init; }

    /// <summary>QEMU's name for the machine's hardware, such as <c>pc-i440fx-7.2</c>.</summary>
    public required string MachineType { get; init; }

    /// <summary>Number of virtual processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Memory of the machine in bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>Name, so that a checkpoint can be given wherever its name can.</summary>
    public override string ToString() => Name;
}
