using DockerArchive.Vm;

namespace DockerArchive.Catalog;

/// <summary>An environment of the archive: a directory that has a <c>.env</c> file.</summary>
public sealed record ArchiveEnv
{
    /// <summary>Path from the archive's root with forward slashes, such as <c>buildkit/v0.4.0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>First path segment: what is archived, such as <c>buildkit</c>.</summary>
    public required string Group { get; init; }

    /// <summary>What follows the group, such as <c>v0.4.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>First heading of README.md, or null where there is none.</summary>
    public string? Title { get; init; }

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
