using System.Globalization;
using Docker.DotNet.Models;
using DockerArchive.Catalog;

namespace DockerArchive.Docker;

/// <summary>What the engine is sent to make a service's container: the same that <c>docker compose create</c> sends, and our label.</summary>
internal static class ContainerParameters
{
    /// <param name="project">The project.</param>
    /// <param name="service">The service, with what the user changed about it.</param>
    /// <param name="labels">The container's labels.</param>
    public static CreateContainerParameters Of(ComposeProject project, ComposeService service, IDictionary<string, string> labels)
    {
        var mounts = ContainerMounts.Of(project, service);
        var network = service.Networks.First();
        return new()
        {
            Name = NameOf(project, service),
            Image = service.Image!,
            Hostname = service.Hostname!,
            Tty = service.Tty,
            OpenStdin = service.StdinOpen,
            AttachStdout = true,
            AttachStderr = true,
            Env = [.. service.Environment.Select(v => v.Value is null ? v.Key : $"{v.Key}={v.Value}")],
            Cmd = service.Command?.ToList()!,
            Entrypoint = service.Entrypoint?.ToList()!,
            ExposedPorts = service.Ports.Select(Key).Distinct().ToDictionary(p => p, _ => default(EmptyStruct)),
            Healthcheck = ToHealthcheck(service.Healthcheck)!,
            Labels = labels,
            HostConfig = new HostConfig
            {
                Binds = mounts.Binds.Count == 0 ? null! : mounts.Binds,
                Mounts = mounts.Mounts.Count == 0 ? null! : mounts.Mounts,
                NetworkMode = project.Networks[network.Key].Name,
                Privileged = service.Privileged,
                CapAdd = service.CapAdd.Count == 0 ? null! : [.. service.CapAdd],
                SecurityOpt = SecurityOptions.Of(project, service),
                MaskedPaths = SecurityOptions.HasUnconfinedPaths(service) ? [] : null!,
                ReadonlyPaths = SecurityOptions.HasUnconfinedPaths(service) ? [] : null!,
                Devices = [.. service.Devices.Select(ToDevice)],
                PortBindings = service.Ports.GroupBy(Key).ToDictionary(g => g.Key, g => (IList<PortBinding>)[.. g.Select(ToBinding)]),
                RestartPolicy = ToRestartPolicy(service.Restart)!,
            },
            NetworkingConfig = new NetworkingConfig
            {
                EndpointsConfig = new Dictionary<string, EndpointSettings>
                {
                    [project.Networks[network.Key].Name] = EndpointOf(project, service, network.Value),
                },
            },
        };
    }

    /// <summary>
    /// The networks that the container is connected to after it is made, before it runs: engines before API 1.44 take but one at
    /// first.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="container">The container's id.</param>
    /// <returns>Names of networks, and what they are sent.</returns>
    public static IEnumerable<(string Network, NetworkConnectParameters Parameters)> FurtherNetworks(
        ComposeProject project, ComposeService service, string container) =>
        service.Networks.Skip(1).Select(n => (
            project.Networks[n.Key].Name,
            new NetworkConnectParameters { Container = container, EndpointConfig = EndpointOf(project, service, n.Value) }));

    private static string NameOf(ComposeProject project, ComposeService service) => $"{project.Name}-{service.Name}-1";

    private static EndpointSettings EndpointOf(ComposeProject project, ComposeService service, ComposeAttachment attachment) => new()
    {
        Aliases = [NameOf(project, service), service.Name, .. attachment.Aliases],
        MacAddress = attachment.MacAddress!,
        IPAMConfig = !attachment.IsConfigured
            ? null!
            : new EndpointIPAMConfig
            {
                IPv4Address = attachment.Ipv4Address!,
                IPv6Address = attachment.Ipv6Address!,
                LinkLocalIPs = attachment.LinkLocalAddresses.Count == 0 ? null! : [.. attachment.LinkLocalAddresses],
            },
    };

    private static HealthcheckConfig? ToHealthcheck(ComposeHealthcheck? check) => check is null
        ? null
        : new HealthcheckConfig
        {
            Test = check.Disabled ? ["NONE"] : check.Test?.ToList()!,
            Interval = check.Interval,
            Timeout = check.Timeout,
            StartPeriod = check.StartPeriod,
            StartInterval = check.StartInterval,
            Retries = check.Retries,
        };

    private static string Key(PortMapping port) => $"{port.ContainerPort}/{port.Protocol}";

    private static PortBinding ToBinding(PortMapping port) => new()
    {
        HostIP = port.Address ?? "",
        HostPort = port.HostPort is not { } first
            ? ""
            : port.LastHostPort is { } last
                ? string.Create(CultureInfo.InvariantCulture, $"{first}-{last}")
                : first.ToString(CultureInfo.InvariantCulture),
    };

    private static DeviceMapping ToDevice(ComposeDevice device) => new()
    {
        PathOnHost = device.Source,
        PathInContainer = device.Target,
        CgroupPermissions = device.Permissions,
    };

    private static RestartPolicy? ToRestartPolicy(string? text) => text?.Split(':') switch
    {
        null or [""] => null,
        ["always" or "any"] => new RestartPolicy { Name = RestartPolicyKind.Always },
        ["unless-stopped"] => new RestartPolicy { Name = RestartPolicyKind.UnlessStopped },
        ["on-failure", .. var times] => new RestartPolicy
        {
            Name = RestartPolicyKind.OnFailure,
            MaximumRetryCount = times is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 0,
        },
        _ => new RestartPolicy { Name = RestartPolicyKind.No },
    };
}
