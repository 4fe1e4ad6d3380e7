using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Shuts guests down and starts their machines again with the disks they had.</summary>
[Cmdlet(VerbsLifecycle.Restart, "ArchiveEnv", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(ArchiveInstance))]
public sealed class RestartArchiveEnvCommand : ReadinessCmdlet
{
    /// <summary>Seconds a guest has to shut down before its virtual machine is ended.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int ShutdownTimeoutSec { get; set; } = 15;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var instance in FindInstances())
        {
            if (ShouldProcess($"{instance.Name} ({instance.Environment})", "Restart"))
                Begin((output, cancellation) => RestartAsync(instance, output, cancellation));
        }
    }

    private async Task RestartAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        using var progress = new StartProgress(output.Progress, instance.Name, "Restarting");
        if (instance.State is InstanceState.Running)
        {
            progress.Show(instance.Name, InstanceState.Stopped, "guest shuts down");
            await new Shutdown(engine).RunAsync(instance, TimeSpan.FromSeconds(ShutdownTimeoutSec), cancellation);
        }

        var clock = Stopwatch.StartNew();
        await new InstanceContainers(engine).StartAsync(instance.ContainerId, instance.Name, cancellation);
        var created = new ReadinessRung(InstanceState.Created, clock.Elapsed);

        // Docker may give the container another free port.
        var registry = new InstanceRegistry(engine, Catalog);
        var running = (await registry.ListAsync(cancellation)).FirstOrDefault(i => i.ContainerId == instance.ContainerId)
            ?? throw new NotRunningException(instance.Name);
        await output.ObjectAsync(await ClimbAsync(engine, running, [created], progress, cancellation));
    }
}
