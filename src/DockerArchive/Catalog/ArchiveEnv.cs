using DockerArchive.Vm;

namespace DockerArchive.Catalog;

/// <summary>An environment of the archive: a directory that has a <c>.env</c> file.</summary>
public sealed record ArchiveEnv
{
    /// <summary>Path from the archive's root with forward slashes, such as <c>buildkit/v0.4.0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>First path segment: what is archived, such as <c>buildkit</c>.</summary>
    public required string Group { get; init; }

    /// <summary>What follows the group, such as <c>v0.4.0</c>. Sorts and compares as versions do.</summary>
    public required ArchiveVersion Version { get; init; }

    /// <summary>First heading of README.md, or null where there is none.</summary>
    public string? Title { get; init; }

    /// <summary>The section of README.md whose heading is <c>usage</c>, without the heading; null where there is none.</summary>
    public string? Usage { get; init; }

    /// <summary>Full path of the directory.</summary>
    public required string Directory { get; init; }

    /// <summary>Compose project name (<c>COMPOSE_PROJECT_NAME</c>, otherwise as compose derives it from the directory).</summary>
    public required string Project { get; init; }

    /// <summary>
    /// Reference of the image that holds the virtual machine ("dqd"): what the compose file's service names, otherwise
    /// built from <c>IMAGE</c> and <c>VERSION</c> of <c>.env</c>.
    /// </summary>
    public required string Image { get; init; }

    /// <summary>Reference of the image that holds the root file system ("ctr").</summary>
    public required string CtrImage { get; init; }

    /// <summary>Reference of the image that holds the guest's disk ("vm"), from which <see cref="Image"/> is made; it is not published.</summary>
    public string VmImage => CtrImage.Replace(":ctr_", ":vm_", StringComparison.Ordinal);

    /// <summary>
    /// The name that <see cref="Image"/> has without its version (<c>:IMAGE</c> in docker_archive, <c>:latest</c> in dqd); null
    /// where it has none.
    /// </summary>
    public string? ImageAlias { get; init; }

    /// <summary>The name that <see cref="CtrImage"/> has without its version; null where it has none, as in dqd.</summary>
    public string? CtrImageAlias { get; init; }

    /// <summary>The ports that the compose file publishes, in compose's short form, such as <c>13222:6443</c>.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Names of the overlays beside the compose file: <c>kvm</c> for <c>docker-compose.kvm.yml</c>.</summary>
    public IReadOnlyList<string> Overlays { get; init; } = [];

    /// <summary>Port on the Docker host that the compose file forwards to the guest's sshd, or null.</summary>
    public int? SshPort { get; init; }

    /// <summary>The keys of <c>.env</c>, in the file's order.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Instances of this environment that Docker knows, running or not; null if Docker was not asked or did not answer.</summary>
    public IReadOnlyList<ArchiveInstance>? Instances { get; init; }

    /// <summary>State of the first running instance, otherwise of any; null where there is none or Docker did not answer.</summary>
    public InstanceState? State =>
        Instances is { Count: > 0 }
            ? (Instances.FirstOrDefault(i => i.State is not InstanceState.Stopped) ?? Instances[0]).State
            : null;

    /// <summary>The name, so that an environment can be given wherever a name can.</summary>
    public override string ToString() => Name;
}
