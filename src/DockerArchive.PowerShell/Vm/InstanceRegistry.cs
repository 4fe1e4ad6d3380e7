using System.Management.Automation;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The instances a Docker engine knows. Docker's labels are the only state; there is no file beside them.</summary>
internal sealed class InstanceRegistry(DockerEngine engine, ArchiveCatalog catalog)
{
    private const int SshPort = 22;

    private Lazy<ILookup<string, string>>? _names;

    /// <summary>All instances, started by this module or by <c>docker compose</c> in a known environment's directory.</summary>
    public async Task<IReadOnlyList<ArchiveInstance>> ListAsync(CancellationToken cancellation)
    {
        var names = NamesByDirectory();
        return
        [
            .. (await ListContainersAsync(ComposeLabels.Project, cancellation))
                .Select(c => ToInstance(c, names))
                .Where(i => i.Environment is not null)
                .OrderBy(i => i.Name, EnvironmentOrder.Instance),
        ];
    }

    /// <summary>The instance a user means by the name of an environment, of a project or of an instance.</summary>
    /// <exception cref="EnvironmentNotFoundException">No environment and no instance is named so.</exception>
    /// <exception cref="NotRunningException">The environment exists and nothing of it runs.</exception>
    public async Task<ArchiveInstance> GetRunningAsync(string name, CancellationToken cancellation)
    {
        var wanted = EnvironmentName.Normalize(name);
        var instances = await ListAsync(cancellation);
        var matches = instances.Where(i => i.Name == name || i.Project == name || i.Environment == wanted).ToArray();
        var running = matches.FirstOrDefault(i => i.State is InstanceState.Running);
        if (running is not null)
            return running;
        if (matches.Length == 0 && !catalog.Names().Contains(wanted))
            throw new EnvironmentNotFoundException(name, catalog.Names().Concat(instances.Select(i => i.Name)), catalog.Roots);
        throw new NotRunningException(matches is [var stopped, ..] ? stopped.Environment! : wanted);
    }

    /// <summary>The environment of what has labels of an instance; null if it is in no known root.</summary>
    public string? EnvironmentOf(IDictionary<string, string> labels) => EnvironmentOf(labels, _names ??= NamesByDirectory());

    /// <summary>The machines of a project, whatever their state; one that is not of this environment is left out.</summary>
    public async Task<IReadOnlyList<ArchiveInstance>> OfProjectAsync(
        ArchiveEnv env, string project, CancellationToken cancellation) =>
        [
            .. (await ListContainersAsync($"{ComposeLabels.Project}={project}", cancellation))
                .Select(c => ToInstance(c, new(() => new[] { env }.ToLookup(e => Path.GetFullPath(e.Directory), e => e.Name))))
                .Where(i => i.Environment == env.Name)
                .OrderBy(i => i.Name, EnvironmentOrder.Instance),
        ];

    /// <summary>Networks that were made for instances of which no container is left, as after a start that was killed.</summary>
    public async Task<IReadOnlyList<LeftNetwork>> ListLeftNetworksAsync(CancellationToken cancellation)
    {
        var networks = await engine.Client.Networks.ListNetworksAsync(
            new NetworksListParameters { Filters = WithLabel(ComposeLabels.Environment) }, cancellation);
        if (networks.Count == 0)
            return [];
        var used = (await ListContainersAsync(ComposeLabels.Project, cancellation))
            .Select(c => c.Labels[ComposeLabels.Project]).ToHashSet(StringComparer.Ordinal);
        var names = NamesByDirectory();
        return
        [
            .. networks
                .Where(n => n.Labels.TryGetValue(ComposeLabels.Project, out var project) && !used.Contains(project))
                .Select(n => (Network: n, Environment: EnvironmentOf(n.Labels, names)))
                .Where(n => n.Environment is not null)
                .Select(n => new LeftNetwork(n.Network.Name, n.Network.Labels[ComposeLabels.Project], n.Environment!)),
        ];
    }

    private Lazy<ILookup<string, string>> NamesByDirectory() =>
        new(() => catalog.Directories().ToLookup(d => Path.GetFullPath(d.Directory), d => d.Name));

    private async Task<IList<ContainerListResponse>> ListContainersAsync(string label, CancellationToken cancellation) =>
        await engine.Client.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = WithLabel(label) }, cancellation);

    private static Dictionary<string, IDictionary<string, bool>> WithLabel(string label) => new()
    {
        ["label"] = new Dictionary<string, bool> { [label] = true },
    };

    private ArchiveInstance ToInstance(ContainerListResponse container, Lazy<ILookup<string, string>> names)
    {
        var labels = container.Labels;
        var ssh = container.Ports?.FirstOrDefault(p => p.PrivatePort == SshPort && p.PublicPort is > 0);
        var address = ssh is null ? null : engine.PublishedAddress(ssh.IP ?? "");
        return new ArchiveInstance
        {
            Project = labels[ComposeLabels.Project],
            Environment = EnvironmentOf(labels, names),
            ContainerId = container.ID,
            ContainerName = container.Names?.FirstOrDefault()?.TrimStart('/') ?? container.ID[..12],
            Service = labels.TryGetValue(ComposeLabels.Service, out var service) ? service : "",
            Image = container.Image,
            State = container.State switch
            {
                "created" => InstanceState.Created,
                "running" or "restarting" or "paused" => InstanceState.Running,
                _ => InstanceState.Stopped,
            },
            // A list of containers does not show devices; the overlay that maps /dev/kvm is named in compose's label.
            Acceleration = labels.TryGetValue(ComposeLabels.ConfigFiles, out var files) && files.Contains(".kvm.", StringComparison.Ordinal)
                ? Acceleration.Kvm
                : Acceleration.Tcg,
            ComputerName = address,
            Port = address is null ? null : ssh?.PublicPort,
            DockerHost = engine.Endpoint.InstanceHost,
            Created = new DateTimeOffset(DateTime.SpecifyKind(container.Created, DateTimeKind.Utc)),
        };
    }

    /// <summary>
    /// The environment that lies where the container's files do. Our own label names it also where that directory has been
    /// renamed or is another machine's; if it is there and in no known root, somebody else's environment has the same name.
    /// </summary>
    private static string? EnvironmentOf(IDictionary<string, string> labels, Lazy<ILookup<string, string>> names)
    {
        var directory = labels.TryGetValue(ComposeLabels.WorkingDirectory, out var path) ? Path.GetFullPath(path) : "";
        return names.Value[directory].FirstOrDefault()
            ?? (labels.TryGetValue(ComposeLabels.Environment, out var own) && !Directory.Exists(directory) ? own : null);
    }
}

/// <summary>A network without its instance.</summary>
/// <param name="Name">Its name in the engine.</param>
/// <param name="Project">The instance's project.</param>
/// <param name="Environment">The instance's environment.</param>
internal sealed record LeftNetwork(string Name, string Project, string Environment);

/// <summary>An environment is there, but nothing of it runs.</summary>
public sealed class NotRunningException : ArchiveException
{
    internal NotRunningException(string environment)
        : this(environment, $"Environment '{environment}' is not running. Start it with: Start-ArchiveEnv {environment}")
    {
    }

    private NotRunningException(string environment, string message)
        : base(
            "EnvironmentNotRunning",
            ErrorCategory.InvalidOperation,
            environment,
            message)
    {
    }

    /// <summary>For somebody who wants to end what is not there.</summary>
    internal static NotRunningException NothingToEnd(string environment) =>
        new(environment, $"Of environment '{environment}' there is no instance, neither running nor stopped, so there is nothing to do.");
}
