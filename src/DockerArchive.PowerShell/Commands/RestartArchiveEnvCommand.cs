using System.Management.Automation;
using DockerArchive.Catalog;
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

    /// <summary>Machines of a cluster go down together and come up in the order in which they depend on each other.</summary>
    protected override void ProcessRecord()
    {
        foreach (var project in FindInstances().GroupBy(i => i.Project))
        {
            ArchiveInstance[] machines = [.. project.Where(i => ShouldProcess($"{i.Name} ({i.Environment})", "Restart"))];
            if (machines.Length > 0)
                Begin((output, cancellation) => RestartAsync(machines, output, cancellation));
        }
    }

    private async Task RestartAsync(ArchiveInstance[] machines, CmdletOutput output, CancellationToken cancellation)
    {
        // That they can be started again is found out before they are stopped.
        var env = DefinitionOf(machines[0])
            ?? throw new EnvironmentNotFoundException(machines[0].Environment!, Catalog.Names(), Catalog.Roots);
        var project = machines[0].Project;
        var engine = await EngineAsync(cancellation);
        using var progress = new StartProgress(output.Progress, project, "Restarting");
        progress.Show(project, InstanceState.Stopped, "guest shuts down");
        await Task.WhenAll(machines.Select(
            m => new Shutdown(engine).RunAsync(m, TimeSpan.FromSeconds(ShutdownTimeoutSec), cancellation)));

        var starter = new InstanceStarter(
            engine, new InstanceRegistry(engine, Catalog), new StartReport(progress.Show, progress.Show, output.Warning));
        var plan = new MachinePlan
        {
            Options = new StartOptions { Until = Until, Timeout = TimeSpan.FromSeconds(TimeoutSec) },
        };
        foreach (var instance in await starter.StartAsync(env, project, plan, LoginFor, cancellation))
        {
            if (machines.Any(m => m.ContainerId == instance.ContainerId))
                await output.ObjectAsync(instance);
        }
    }
}
