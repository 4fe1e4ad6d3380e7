using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>The networks and volumes of compose projects in an engine.</summary>
internal sealed class ProjectResources(DockerEngine engine)
{
    /// <summary>Makes those that a project's services use and that are not there.</summary>
    public async Task EnsureAsync(ComposeProject project, string environment, CancellationToken cancellation)
    {
        foreach (var network in project.Networks.Values)
        {
            try
            {
                await engine.Client.Networks.InspectNetworkAsync(network.Name, cancellation);
            }
            catch (DockerNetworkNotFoundException)
            {
                await engine.Client.Networks.CreateNetworkAsync(
                    new NetworksCreateParameters
                    {
                        Name = network.Name,
                        Driver = "bridge",
                        Labels = ComposeLabels.ForNetwork(project.Name, project.Directory, environment),
                    },
                    cancellation);
            }
        }
    }

    /// <summary>Removes the networks that were made for a project, unless something is still attached to them.</summary>
    public async Task RemoveAsync(string project)
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
