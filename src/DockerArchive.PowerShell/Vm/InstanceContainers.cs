using System.Management.Automation;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>The containers of instances: made as compose would make them, and removed without a trace.</summary>
internal sealed class InstanceContainers(DockerEngine engine)
{
    private readonly ProjectResources _resources = new(engine);

    /// <summary>Makes a service's container.</summary>
    /// <returns>Its id; null if there is one of that name already.</returns>
    public async Task<string?> MakeAsync(
        ArchiveEnv env, ComposeProject project, ComposeService service, Task<string> hash, CancellationToken cancellation)
    {
        string id;
        try
        {
            var image = await engine.Client.Images.InspectImageAsync(service.Image!, cancellation);
            var labels = ComposeLabels.ForContainer(project, service, image.ID, await hash, env.Name);
            // One whose id nobody hears of would stay.
            cancellation.ThrowIfCancellationRequested();
            id = (await engine.Client.Containers.CreateContainerAsync(
                ContainerParameters.Of(project, service, labels), CancellationToken.None)).ID;
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            return null;
        }
        catch (DockerApiException e) when (e is DockerImageNotFoundException
            || (e.StatusCode == HttpStatusCode.NotFound && Says(e, "No such image")))
        {
            throw new ImageMissingException(env.Name, service.Image!, "has just been removed from it", e);
        }

        try
        {
            foreach (var (network, parameters) in ContainerParameters.FurtherNetworks(project, service, id))
                await engine.Client.Networks.ConnectNetworkAsync(network, parameters, cancellation);
            return id;
        }
        catch
        {
            await RemoveAsync(id, project.Name);
            throw;
        }
    }

    /// <exception cref="PortRefusedException">The engine says that a port is taken.</exception>
    /// <exception cref="KvmRefusedException">The engine says that there is no KVM.</exception>
    /// <exception cref="NetworkGoneException">A network that it is to have was removed meanwhile.</exception>
    /// <exception cref="GuestNotReadyException">The container was removed meanwhile.</exception>
    public async Task StartAsync(string containerId, string instance, CancellationToken cancellation)
    {
        try
        {
            await engine.Client.Containers.StartContainerAsync(containerId, new ContainerStartParameters(), cancellation);
        }
        catch (DockerContainerNotFoundException e) when (Says(e, "network"))
        {
            throw new NetworkGoneException(e);
        }
        catch (DockerContainerNotFoundException)
        {
            throw new GuestNotReadyException(instance, GuestFailure.Ended, "was removed while it started", []);
        }
        catch (DockerApiException e) when (
            Says(e, "port is already allocated") || Says(e, "address already in use") || Says(e, "ports are not available"))
        {
            throw new PortRefusedException(e);
        }
        catch (DockerApiException e) when (Says(e, "/dev/kvm"))
        {
            throw new KvmRefusedException(e);
        }
    }

    /// <summary>
    /// Removes a container, its anonymous volumes and its pinned host key, and, with the last container of a project,
    /// the project's networks.
    /// </summary>
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
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict && Says(e, "already in progress"))
        {
            // Somebody else is at it.
        }

        await _resources.RemoveAsync(project);
        HostKeyPins.Remove(containerId);
        GuestConnections.Close(containerId);
    }

    private static bool Says(DockerApiException e, string text) =>
        e.ResponseBody?.Contains(text, StringComparison.OrdinalIgnoreCase) is true;
}

/// <summary>The engine refused a start, as a port is taken on the Docker host.</summary>
internal sealed class PortRefusedException(DockerApiException inner) : Exception(inner.Message, inner);

/// <summary>The engine refused a start, as a network is not there any more.</summary>
internal sealed class NetworkGoneException(DockerApiException inner) : Exception(inner.Message, inner);

/// <summary>The engine refused a start, as the Docker host has no KVM.</summary>
internal sealed class KvmRefusedException(DockerApiException inner) : Exception(inner.Message, inner);

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

/// <summary>KVM was asked for and there is none.</summary>
public sealed class KvmMissingException : ArchiveException
{
    internal KvmMissingException(string environment, string why, Exception? inner)
        : base(
            "KvmMissing",
            ErrorCategory.ResourceUnavailable,
            environment,
            $"{why}, so '{environment}' cannot start with -Acceleration Kvm. Leave it out to run under emulation.",
            inner)
    {
    }
}
