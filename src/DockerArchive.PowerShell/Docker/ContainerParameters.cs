using System.Globalization;
using Docker.DotNet.Models;
using DockerArchive.Catalog;

namespace DockerArchive.Docker;

/// <summary>What the engine is sent to make a service's container: the same that <c>docker compose create</c> sends, and our label.</summary>
internal static class ContainerParameters
{
    /// <param name="project">The project.</param>
    /// <param name="service">The service, with what the user changed about it.</param>
    /// <param name="environment">Name of the environment.</param>
    public static CreateContainerParameters Of(ComposeProject project, ComposeService service, string environment) => new()
    {
        Name = $"{project.Name}-{service.Name}-1",
        Image = service.Image!,
        Hostname = service.Hostname!,
        Tty = service.Tty,
        OpenStdin = service.StdinOpen,
        Env = [.. service.Environment.Select(v => v.Value is null ? v.Key : $"{v.Key}={v.Value}")],
        Cmd = service.Command?.ToList()!,
        Entrypoint = service.Entrypoint?.ToList()!,
        ExposedPorts = service.Ports.Select(Key).Distinct().ToDictionary(p => p, _ => default(EmptyStruct)),
        Labels = ComposeLabels.ForContainer(project.Name, service, project.Directory, project.Files, environment),
        HostConfig = new HostConfig
        {
            NetworkMode = project.Networks[service.Networks.Keys.First()].Name,
            Privileged = service.Privileged,
            CapAdd = [.. service.CapAdd],
            SecurityOpt = [.. service.SecurityOpt],
            Devices = [.. service.Devices.Select(ToDevice)],
            PortBindings = service.Ports.GroupBy(Key).ToDictionary(g => g.Key, g => (IList<PortBinding>)[.. g.Select(ToBinding)]),
            RestartPolicy = ToRestartPolicy(service.Restart)!,
        },
        NetworkingConfig = new NetworkingConfig
        {
            EndpointsConfig = service.Networks.ToDictionary(
                n => project.Networks[n.Key].Name, n => new EndpointSettings { Aliases = [service.Name, .. n.Value.Aliases] }),
        },
    };

    private static string Key(PortMapping port) => $"{port.ContainerPort}/{port.Protocol}";

    private static PortBinding ToBinding(PortMapping port) => new()
    {
        HostIP = port.Address ?? "",
        HostPort = (port.HostPort ?? 0).ToString(CultureInfo.InvariantCulture),
    };

    private static DeviceMapping ToDevice(ComposeDevice device) => new()
    {
        PathOnHost = device.Source,
        PathInContainer = device.Target,
        CgroupPermissions = device.Permissions,
    };

    private static RestartPolicy? ToRestartPolicy(string? text) => text switch
    {
        null or "no" => null,
        "always" => new RestartPolicy { Name = RestartPolicyKind.Always },
        "unless-stopped" => new RestartPolicy { Name = RestartPolicyKind.UnlessStopped },
        _ => new RestartPolicy { Name = RestartPolicyKind.OnFailure },
    };
}
