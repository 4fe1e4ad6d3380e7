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

    private readonly ProjectResources _resources = new(engine);

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

        await _resources.RemoveAsync(project);
        HostKeyPins.Remove(containerId);
        GuestConnections.Close(containerId);
    }

    private async Task<string> CreateAsync(
        ArchiveEnv env,
        string projectName,
        StartOptions options,
        string[] overlays,
        Action<string> warn,
        CancellationToken cancellation)
    {
        var project = WithChoices(ArchiveCatalog.ReadProject(env, overlays, projectName), options);
        await _resources.EnsureAsync(project, cancellation);
        string? id = null;
        try
        {
            id = await CreateFromAsync(env, project, cancellation);
            await engine.Client.Containers.StartContainerAsync(id, new ContainerStartParameters(), cancellation);
            return id;
        }
        catch (DockerApiException e) when (IsPortTaken(e) && options.Port != 0)
        {
            await RemoveAsync(id!, projectName);
            if (options.Port is { } wanted)
                throw new PortTakenException(env.Name, wanted, e);

            warn($"Port {env.SshPort} of '{env.Name}' is taken, so Docker chooses a free one.");
            return await CreateAsync(env, projectName, options with { Port = 0 }, overlays, warn, cancellation);
        }
        catch
        {
            if (id is null)
                await _resources.RemoveAsync(projectName);
            else
                await RemoveAsync(id, projectName);
            throw;
        }
    }

    private async Task<string> CreateFromAsync(ArchiveEnv env, ComposeProject project, CancellationToken cancellation)
    {
        try
        {
            var parameters = ContainerParameters.Of(project, project.Services[0], env.Name);
            return (await engine.Client.Containers.CreateContainerAsync(parameters, cancellation)).ID;
        }
        catch (DockerApiException e) when (e is DockerImageNotFoundException
            || (e.StatusCode == System.Net.HttpStatusCode.NotFound && Says(e, "No such image")))
        {
            throw new ImageMissingException(env.Name, env.Image, null);
        }
    }

    /// <summary>The guest's sshd goes where the user wants it; other ports where the file says, on the same address.</summary>
    private static ComposeProject WithChoices(ComposeProject project, StartOptions options) => project with
    {
        Services =
        [
            .. project.Services.Select(service => service with
            {
                Ports =
                [
                    .. service.Ports.Select(port => port with
                    {
                        Address = options.ListenAddress,
                        HostPort = (port.ContainerPort == 22 || options.Port == 0 ? options.Port : null) ?? port.HostPort,
                    }),
                ],
            }),
        ],
    };

    private static bool IsPortTaken(DockerApiException e) =>
        Says(e, "port is already allocated") || Says(e, "address already in use") || Says(e, "ports are not available");

    private static bool Says(DockerApiException e, string text) =>
        e.ResponseBody?.Contains(text, StringComparison.OrdinalIgnoreCase) is true;
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
