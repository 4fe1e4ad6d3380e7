using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>The networks and volumes of compose projects in an engine.</summary>
internal sealed class ProjectResources(DockerEngine engine)
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);

    /// <summary>Makes those that a project's services use and that are not there.</summary>
    /// <exception cref="ExternalResourceMissingException">One that somebody else makes is not there.</exception>
    public async Task EnsureAsync(ComposeProject project, string environment, CancellationToken cancellation)
    {
        // Machines of one project come here at the same moment, and engines before version 25 make two networks of one name.
        var turn = Turns.GetOrAdd(project.Name, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        try
        {
            foreach (var (key, network) in project.Networks)
                await EnsureAsync(project, key, network, environment, cancellation);
            foreach (var (key, volume) in project.Volumes)
                await EnsureAsync(project, key, volume, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Removes the networks that were made for a project, unless something is still attached to them.</summary>
    public async Task RemoveAsync(string project)
    {
        var networks = await engine.Client.Networks.ListNetworksAsync(
            new NetworksListParameters { Filters = OfProject(project) }, CancellationToken.None);
        foreach (var network in networks)
            await RemoveNetworkAsync(network.ID);
    }

    /// <summary>The volumes that were made for a project.</summary>
    public async Task<IReadOnlyList<string>> ListVolumesAsync(string project, CancellationToken cancellation) =>
    [
        .. ((await engine.Client.Volumes.ListAsync(new VolumesListParameters { Filters = OfProject(project) }, cancellation)).Volumes ?? [])
            .Select(v => v.Name),
    ];

    /// <exception cref="ArchiveException">A container has it.</exception>
    public async Task RemoveVolumeAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await engine.Client.Volumes.RemoveAsync(name, force: false, cancellation);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // Somebody else was faster.
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            var users = await engine.Client.Containers.ListContainersAsync(
                new ContainersListParameters
                {
                    All = true,
                    Filters = new Dictionary<string, IDictionary<string, bool>> { ["volume"] = new Dictionary<string, bool> { [name] = true } },
                },
                cancellation);
            throw new ArchiveException(
                "VolumeInUse",
                ErrorCategory.ResourceBusy,
                name,
                $"Volume '{name}' belongs to {string.Join(", ", users.SelectMany(u => u.Names ?? []).Select(n => $"'{n.TrimStart('/')}'"))} too, so it was not removed. Remove that container first.",
                e);
        }
    }

    private static Dictionary<string, IDictionary<string, bool>> OfProject(string project) => new()
    {
        ["label"] = new Dictionary<string, bool> { [$"{ComposeLabels.Project}={project}"] = true },
    };

    private async Task EnsureAsync(
        ComposeProject project, string key, ComposeNetwork network, string environment, CancellationToken cancellation)
    {
        try
        {
            await engine.Client.Networks.InspectNetworkAsync(network.Name, cancellation);
            return;
        }
        catch (DockerNetworkNotFoundException e) when (network.External)
        {
            throw new ExternalResourceMissingException("Network", network.Name, e);
        }
        catch (DockerNetworkNotFoundException)
        {
            // It is to be made.
        }

        var made = await engine.Client.Networks.CreateNetworkAsync(
            new NetworksCreateParameters
            {
                Name = network.Name,
                Driver = network.Driver!,
                Options = network.DriverOptions.Count == 0 ? null! : network.DriverOptions.ToDictionary(),
                Internal = network.Internal,
                Attachable = network.Attachable,
                EnableIPv6 = network.EnableIpv6 ? true : null,
                IPAM = new IPAM
                {
                    Driver = network.AddressDriver!,
                    Config = network.Pools.Count == 0
                        ? null!
                        : [.. network.Pools.Select(p => new IPAMConfig { Subnet = p.Subnet!, Gateway = p.Gateway!, IPRange = p.Range! })],
                },
                Labels = ComposeLabels.ForNetwork(project, key, network, environment),
            },
            cancellation);
        if (await FirstOfNameAsync(network.Name, cancellation) is { } first && first != made.ID)
            await RemoveNetworkAsync(made.ID);
    }

    /// <summary>Another process may have made one of the same name at the same moment; the older one stays.</summary>
    private async Task<string?> FirstOfNameAsync(string name, CancellationToken cancellation)
    {
        var networks = await engine.Client.Networks.ListNetworksAsync(
            new NetworksListParameters
            {
                Filters = new Dictionary<string, IDictionary<string, bool>> { ["name"] = new Dictionary<string, bool> { [name] = true } },
            },
            cancellation);
        return networks
            .Where(n => n.Name == name)
            .OrderBy(n => n.Created)
            .ThenBy(n => n.ID, StringComparer.Ordinal)
            .FirstOrDefault()?.ID;
    }

    private async Task RemoveNetworkAsync(string id)
    {
        try
        {
            await engine.Client.Networks.DeleteNetworkAsync(id, CancellationToken.None);
        }
        catch (DockerApiException e) when (e is DockerNetworkNotFoundException || e.StatusCode == HttpStatusCode.Forbidden)
        {
            // It is gone already, or something else is attached to it and keeps it.
        }
    }

    private async Task EnsureAsync(ComposeProject project, string key, ComposeVolume volume, CancellationToken cancellation)
    {
        try
        {
            await engine.Client.Volumes.InspectAsync(volume.Name, cancellation);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            if (volume.External)
                throw new ExternalResourceMissingException("Volume", volume.Name, e);
            await engine.Client.Volumes.CreateAsync(
                new VolumesCreateParameters
                {
                    Name = volume.Name,
                    Driver = volume.Driver!,
                    DriverOpts = volume.DriverOptions.Count == 0 ? null! : volume.DriverOptions.ToDictionary(),
                    Labels = ComposeLabels.ForVolume(project, key, volume),
                },
                cancellation);
        }
    }
}

/// <summary>A network or volume that a compose file calls external is not there.</summary>
public sealed class ExternalResourceMissingException : ArchiveException
{
    internal ExternalResourceMissingException(string kind, string name, Exception inner)
        : base(
            "ExternalMissing",
            ErrorCategory.ObjectNotFound,
            name,
            $"{kind} '{name}' is declared as external, so somebody else makes it, but the Docker host does not have it. Make it with: "
            + $"docker {kind.ToLowerInvariant()} create {name}",
            inner)
    {
    }
}
