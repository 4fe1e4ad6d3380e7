namespace DockerArchive.Vm;

/// <summary>An instance of an environment: one container that runs one virtual machine.</summary>
public sealed record ArchiveInstance
{
    /// <summary>The service that an environment of one machine has.</summary>
    internal const string UsualService = "vm";

    /// <summary>
    /// The project's name, such as <c>buildkit-0-4-0</c>, or <c>project/service</c> for a machine of a cluster, such as
    /// <c>kubernetes-1-32-2/master</c>.
    /// </summary>
    public string Name => Service is UsualService or "" ? Project : $"{Project}/{Service}";

    /// <summary>Compose project name, unique on a Docker host.</summary>
    public required string Project { get; init; }

    /// <summary>Name of the environment, such as <c>buildkit/v0.4.0</c>; null for a container whose directory is in no known root.</summary>
    public string? Environment { get; init; }

    /// <summary>Full id of the container.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Name of the container without the leading slash.</summary>
    public required string ContainerName { get; init; }

    /// <summary>Compose service the container belongs to, normally <c>vm</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Reference of the image the container was made from.</summary>
    public required string Image { get; init; }

    /// <summary>How far the instance has come.</summary>
    public required InstanceState State { get; init; }

    /// <summary>Whether the virtual machine has hardware support.</summary>
    public required Acceleration Acceleration { get; init; }

    /// <summary>
    /// Docker engine that has it, as <c>-DockerHost</c> takes it: a URL or the name of a Docker context. Null for the local engine
    /// that is used when none is named.
    /// </summary>
    public string? DockerHost { get; init; }

    /// <summary>
    /// Address at which the guest's sshd is published; null if it is not published where this machine reaches it, or the container
    /// does not run.
    /// </summary>
    public string? ComputerName { get; init; }

    /// <summary>Port at which the guest's sshd is published, 1 to 65535; null where <see cref="ComputerName"/> is.</summary>
    public int? Port { get; init; }

    /// <summary>When the container was created, by the Docker host's clock.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Time each rung of the readiness ladder took in the <c>Start-ArchiveEnv</c> that returned this object; otherwise empty.</summary>
    public IReadOnlyList<ReadinessRung> Readiness { get; init; } = [];

    /// <summary>The instance's name, so that it can be given wherever an environment's name can.</summary>
    public override string ToString() => Name;
}
