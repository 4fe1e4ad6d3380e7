using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>
/// Shuts a guest down as its power button does, and ends its machine when that takes too long. The runner presses the
/// button when the engine asks the container to end.
/// </summary>
internal sealed class Shutdown(DockerEngine engine)
{
    /// <summary>How much earlier than the engine the runner gives up, so that QEMU can write what it holds.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <param name="instance">The machine.</param>
    /// <param name="grace">How long the guest may take.</param>
    /// <param name="cancellation">Waits no longer; the guest shuts down all the same.</param>
    public async Task RunAsync(ArchiveInstance instance, TimeSpan grace, CancellationToken cancellation)
    {
        if (grace > TimeSpan.Zero)
            await TellGraceAsync(instance.ContainerId, grace, cancellation);
        try
        {
            await engine.Client.Containers.StopContainerAsync(
                instance.ContainerId,
                new ContainerStopParameters { WaitBeforeKillSeconds = (uint)(grace > TimeSpan.Zero ? grace + Margin : grace).TotalSeconds },
                cancellation);
        }
        catch (DockerContainerNotFoundException)
        {
            // It was removed, which is as good.
        }

        GuestConnections.Close(instance.ContainerId);
    }

    /// <summary>Without being told, the runner waits as long as docker stop allows by default.</summary>
    private async Task TellGraceAsync(string containerId, TimeSpan grace, CancellationToken cancellation)
    {
        try
        {
            var seconds = grace.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            var exec = await engine.Client.Exec.CreateContainerExecAsync(
                containerId,
                new ContainerExecCreateParameters
                {
                    AttachStdout = true,
                    AttachStderr = true,
                    Cmd = ["sh", "-c", $"echo {seconds} >/run/stop-seconds"],
                },
                cancellation);
            using var stream = await engine.Client.Exec.StartContainerExecAsync(
                exec.ID, new ContainerExecStartParameters(), cancellation);
            await stream.ReadOutputToEndAsync(cancellation);
        }
        catch (DockerApiException)
        {
            // A container that has just ended, or without a shell, needs no telling.
        }
    }
}
