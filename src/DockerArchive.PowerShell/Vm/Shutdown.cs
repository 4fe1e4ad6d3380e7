using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Shuts a guest down as its power button does, and ends its machine when that takes too long.</summary>
internal sealed class Shutdown(DockerEngine engine)
{
    /// <summary>How much earlier than the engine the runner gives up, so that QEMU can write what it holds.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// This repository's runner presses the button itself when the engine asks the container to end, and is told here how
    /// long the guest may take. Others listen to QEMU's own protocol if this module has started them; otherwise they have its
    /// monitor behind Ctrl+A C of their standard input, unless their command line puts it elsewhere.
    /// </summary>
    private const string PrepareScript = """
        if [ -p /run/qemu-monitor.in ]; then
            echo "$1" >/run/stop-seconds
            exit
        fi
        if [ -p "$2.in" ]; then
            echo qmp
            exit
        fi
        for arguments in /proc/[0-9]*/cmdline; do
            case $(tr '\0' ' ' <"$arguments" 2>/dev/null) in
                qemu-system*' -nographic '* | qemu-system*' mon:stdio '* | /*/qemu-system*' -nographic '* | /*/qemu-system*' mon:stdio '*)
                    echo stdio
                    exit
                    ;;
            esac
        done
        """;

    /// <summary>Into the monitor, the button, and back to the serial console.</summary>
    private static readonly byte[] PowerButtonKeys = "\u0001csystem_powerdown\n\u0001c"u8.ToArray();

    /// <param name="instance">The machine.</param>
    /// <param name="grace">How long the guest may take.</param>
    /// <param name="cancellation">Waits no longer; the guest shuts down all the same.</param>
    public async Task RunAsync(ArchiveInstance instance, TimeSpan grace, CancellationToken cancellation)
    {
        var rest = grace > TimeSpan.Zero ? grace + Margin : grace;
        try
        {
            if (grace > TimeSpan.Zero && await PrepareAsync(instance.ContainerId, grace, cancellation) switch
            {
                "qmp" => await AskForShutdownAsync(instance, grace, cancellation),
                "stdio" => await PressPowerButtonAsync(instance.ContainerId, cancellation),
                _ => false,
            })
            {
                await WaitForEndAsync(instance.ContainerId, grace, cancellation);
                rest = TimeSpan.Zero;
            }

            await engine.Client.Containers.StopContainerAsync(
                instance.ContainerId, new ContainerStopParameters { WaitBeforeKillSeconds = (uint)rest.TotalSeconds }, cancellation);
        }
        catch (DockerContainerNotFoundException)
        {
            // It was removed, which is as good.
        }

        GuestConnections.Close(instance.ContainerId);
    }

    private async Task<string> PrepareAsync(string containerId, TimeSpan grace, CancellationToken cancellation)
    {
        try
        {
            var exec = await engine.Client.Exec.CreateContainerExecAsync(
                containerId,
                new ContainerExecCreateParameters
                {
                    AttachStdout = true,
                    AttachStderr = true,
                    Cmd = ["sh", "-c", PrepareScript, "sh", grace.TotalSeconds.ToString(CultureInfo.InvariantCulture), QmpPipes.Path],
                },
                cancellation);
            using var stream = await engine.Client.Exec.StartContainerExecAsync(
                exec.ID, new ContainerExecStartParameters(), cancellation);
            return (await stream.ReadOutputToEndAsync(cancellation)).Item1.Trim();
        }
        catch (DockerApiException)
        {
            // A container that has just ended, is paused or has no shell needs no telling.
            return "";
        }
    }

    private async Task<bool> AskForShutdownAsync(ArchiveInstance instance, TimeSpan grace, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(grace);
        try
        {
            using var qmp = await QmpConnection.OpenAsync(engine, instance.ContainerId, instance.Name, resume: true, limit.Token);
            await qmp.AskAsync("system_powerdown", limit.Token);
            return true;
        }
        catch (Exception e) when (e is QmpException or GuestNotReadyException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Presses the keys, if there is a standard input to press them on.</summary>
    private async Task<bool> PressPowerButtonAsync(string containerId, CancellationToken cancellation)
    {
        var container = await engine.Client.Containers.InspectContainerAsync(containerId, cancellation);
        if (container.Config?.OpenStdin is not true)
            return false;
        using var terminal = await engine.Client.Containers.AttachContainerAsync(
            containerId, new ContainerAttachParameters { Stream = true, Stdin = true }, cancellation);
        await terminal.WriteAsync(PowerButtonKeys, 0, PowerButtonKeys.Length, cancellation);
        return true;
    }

    private async Task WaitForEndAsync(string containerId, TimeSpan grace, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(grace);
        try
        {
            await engine.Client.Containers.WaitContainerAsync(containerId, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It has had its time.
        }
    }
}
