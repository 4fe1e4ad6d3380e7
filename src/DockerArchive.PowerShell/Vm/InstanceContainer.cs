using System.Globalization;
using System.Management.Automation;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>The container and network of an instance: made as compose would make them, and removed without a trace.</summary>
internal sealed class InstanceContainer(DockerEngine engine)
{
    private static readonly string[] KvmOverlay = ["kvm"];

    /// <summary>Makes and starts a container. If anything fails, nothing of it is left.</summary>
    /// <returns>Id of the running container.</returns>
    /// <exception cref="ImageMissingException">The image is not there and cannot be pulled.</exception>
    /// <exception cref="PortTakenException">The port that was asked for is taken.</exception>
    public async Task<string> CreateAsync(
        ArchiveEnv env, string project, StartOptions options, Action<string> warn, CancellationToken cancellation)
    {
        // Whether the Docker host has KVM is known to the Docker host alone, so the answer is what it says to a
        // container that wants the device.
        if (options.Acceleration is not Acceleration.Tcg)
        {
            try
            {
                return await CreateAsync(env, project, options, KvmOverlay, warn, cancellation);
            }
            catch (DockerApiException e) when (Says(e, "/dev/kvm"))
            {
                if (options.Acceleration is Acceleration.Kvm)
                    throw new KvmMissingException(env.Name, e);
            }
        }

        return await CreateAsync(env, project, options, [], warn, cancellation);
    }

    /// <summary>Removes the container, its anonymous volumes, its project's network and its pinned host key.</summary>
    public async Task RemoveAsync(string containerId, string project)
    {
        try
        {
            await engine.Client.Containers.RemoveContainerAsync(
                containerId, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
        catch (DockerContainerNotFoundException)
        {
            // Somebody else was faster.
        }

        await RemoveNetworkAsync(project);
        HostKeyPins.Remove(containerId);
        GuestConnections.Close(containerId);
    }

    private async Task<string> CreateAsync(
        ArchiveEnv env,
        string project,
        StartOptions options,
        string[] overlays,
        Action<string> warn,
        CancellationToken cancellation)
    {
        var service = ArchiveCatalog.ReadService(env, overlays);
        var network = await EnsureNetworkAsync(project, cancellation);
        string? id = null;
        try
        {
            id = await CreateFromAsync(env, project, service, overlays, network, options, cancellation);
            await engine.Client.Containers.StartContainerAsync(id, new ContainerStartParameters(), cancellation);
            return id;
        }
        catch (DockerApiException e) when (IsPortTaken(e) && options.Port != 0)
        {
            await RemoveAsync(id!, project);
            if (options.Port is { } wanted)
                throw new PortTakenException(env.Name, wanted, e);

            warn($"Port {env.SshPort} of '{env.Name}' is taken, so Docker chooses a free one.");
            return await CreateAsync(env, project, options with { Port = 0 }, overlays, warn, cancellation);
        }
        catch
        {
            if (id is null)
                await RemoveNetworkAsync(project);
            else
                await RemoveAsync(id, project);
            throw;
        }
    }

    private async Task<string> CreateFromAsync(
        ArchiveEnv env,
        string project,
        ComposeService service,
        string[] overlays,
        string network,
        StartOptions options,
        CancellationToken cancellation)
    {
        var parameters = new CreateContainerParameters
        {
            Name = $"{project}-{service.Name}-1",
            Image = env.Image,
            Hostname = service.Hostname!,
            Tty = service.Tty,
            OpenStdin = service.StdinOpen,
            Env = [.. service.Environment.Where(v => v.Value is not null).Select(v => $"{v.Key}={v.Value}")],
            Cmd = service.Command?.ToList()!,
            Entrypoint = service.Entrypoint?.ToList()!,
            ExposedPorts = service.Ports.ToDictionary(p => $"{p.ContainerPort}/{p.Protocol}", _ => default(EmptyStruct)),
            Labels = ComposeLabels.ForContainer(
                project, service, env.Directory, ArchiveCatalog.ComposeFiles(env.Directory, overlays), env.Name),
            HostConfig = new HostConfig
            {
                NetworkMode = network,
                Privileged = service.Privileged,
                CapAdd = [.. service.CapAdd],
                SecurityOpt = [.. service.SecurityOpt],
                Devices = [.. service.Devices.Select(ToDevice)],
                PortBindings = Bindings(service, options),
                RestartPolicy = ToRestartPolicy(service.Restart)!,
            },
            NetworkingConfig = new NetworkingConfig
            {
                EndpointsConfig = new Dictionary<string, EndpointSettings>
                {
                    [network] = new() { Aliases = [service.Name] },
                },
            },
        };

        try
        {
            return (await engine.Client.Containers.CreateContainerAsync(parameters, cancellation)).ID;
        }
        catch (DockerApiException e) when (e is DockerImageNotFoundException
            || (e.StatusCode == System.Net.HttpStatusCode.NotFound && Says(e, "No such image")))
        {
            throw new ImageMissingException(env.Name, env.Image, null);
        }
    }

    /// <summary>The guest's sshd goes where the user wants it; other ports where the file says, on the same address.</summary>
    private static Dictionary<string, IList<PortBinding>> Bindings(ComposeService service, StartOptions options) =>
        service.Ports.GroupBy(p => $"{p.ContainerPort}/{p.Protocol}").ToDictionary(
            g => g.Key,
            g => (IList<PortBinding>)
            [
                .. g.Select(p => new PortBinding
                {
                    HostIP = options.ListenAddress,
                    HostPort = ((p.ContainerPort == 22 || options.Port == 0 ? options.Port : null) ?? p.HostPort ?? 0)
                        .ToString(CultureInfo.InvariantCulture),
                }),
            ]);

    private static DeviceMapping ToDevice(string text)
    {
        var parts = text.Split(':');
        return new DeviceMapping
        {
            PathOnHost = parts[0],
            PathInContainer = parts.Length > 1 ? parts[1] : parts[0],
            CgroupPermissions = parts.Length > 2 ? parts[2] : "rwm",
        };
    }

    private static RestartPolicy? ToRestartPolicy(string? text) => text switch
    {
        null or "no" => null,
        "always" => new RestartPolicy { Name = RestartPolicyKind.Always },
        "unless-stopped" => new RestartPolicy { Name = RestartPolicyKind.UnlessStopped },
        _ => new RestartPolicy { Name = RestartPolicyKind.OnFailure },
    };

    private static bool IsPortTaken(DockerApiException e) =>
        Says(e, "port is already allocated") || Says(e, "address already in use") || Says(e, "ports are not available");

    private static bool Says(DockerApiException e, string text) =>
        e.ResponseBody?.Contains(text, StringComparison.OrdinalIgnoreCase) is true;

    private async Task<string> EnsureNetworkAsync(string project, CancellationToken cancellation)
    {
        var name = $"{project}_default";
        try
        {
            await engine.Client.Networks.InspectNetworkAsync(name, cancellation);
        }
        catch (DockerNetworkNotFoundException)
        {
            await engine.Client.Networks.CreateNetworkAsync(
                new NetworksCreateParameters { Name = name, Driver = "bridge", Labels = ComposeLabels.ForNetwork(project) },
                cancellation);
        }

        return name;
    }

    private async Task RemoveNetworkAsync(string project)
    {
        try
        {
            await engine.Client.Networks.DeleteNetworkAsync($"{project}_default", CancellationToken.None);
        }
        catch (DockerApiException e) when (e is DockerNetworkNotFoundException || e.StatusCode == System.Net.HttpStatusCode.Forbidden)
        {
            // It is gone already, or something else is attached to it and keeps it.
        }
    }
}

/// <summary>An environment's image is not on the Docker host and could not be pulled.</summary>
public sealed class ImageMissingException : ArchiveException
{
    internal ImageMissingException(string environment, string image, Exception? inner)
        : base(
            "ImageNotFound",
            ErrorCategory.ObjectNotFound,
            image,
            $"Image '{image}' of environment '{environment}' is not on the Docker host and could not be pulled"
            + $"{(inner is null ? "" : $" ({inner.Message.Trim().TrimEnd('.')})")}. Make it with: Build-ArchiveEnv {environment}",
            inner)
    {
    }
}

/// <summary>The port that was asked for is taken on the Docker host.</summary>
public sealed class PortTakenException : ArchiveException
{
    internal PortTakenException(string environment, int port, Exception inner)
        : base(
            "PortTaken",
            ErrorCategory.ResourceExists,
            port,
            $"Port {port} on the Docker host is taken, so environment '{environment}' was not started. Choose another -Port, or "
            + "leave it out and a free one is taken.",
            inner)
    {
    }
}

/// <summary>KVM was asked for and the Docker host has none.</summary>
public sealed class KvmMissingException : ArchiveException
{
    internal KvmMissingException(string environment, Exception inner)
        : base(
            "KvmMissing",
            ErrorCategory.ResourceUnavailable,
            environment,
            $"The Docker host has no /dev/kvm, so '{environment}' cannot start with -Acceleration Kvm. Leave it out to run under emulation.",
            inner)
    {
    }
}
