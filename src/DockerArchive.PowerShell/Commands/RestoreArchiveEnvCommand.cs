using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Docker;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Takes instances back to the state that a checkpoint has saved of them.</summary>
[Cmdlet(VerbsData.Restore, "ArchiveEnv", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(ArchiveInstance))]
public sealed class RestoreArchiveEnvCommand : ReadinessCmdlet
{
    /// <summary>Names of environments or of instances; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override string[] Env { get; set; } = [];

    /// <summary>Name of the checkpoint.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "default";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var instance in FindInstances())
        {
            if (ShouldProcess($"{instance.Name} ({instance.Environment})", $"Restore checkpoint '{Name}'"))
                Begin((output, cancellation) => RestoreAsync(instance, output, cancellation));
        }
    }

    private async Task RestoreAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        var registry = new InstanceRegistry(engine, Catalog);
        var images = new CheckpointImages(engine, registry);
        var checkpoint = await images.GetAsync(instance, Name, cancellation);
        using var progress = new StartProgress(output.Progress, instance.Project, "Restoring");
        var clock = Stopwatch.StartNew();
        if (instance.State is not InstanceState.Running)
            instance = await StartAsync(engine, registry, instance, cancellation);

        progress.Show(instance.Name, InstanceState.Created, "guest's memory, devices and disk");
        GuestConnections.Close(instance.ContainerId);
        await new GuestCheckpoint(engine, images).LoadAsync(
            instance.ContainerId, instance.Name, checkpoint, TimeSpan.FromSeconds(TimeoutSec), cancellation);
        instance = await ClimbAsync(
            engine,
            instance,
            [new ReadinessRung(InstanceState.Created, clock.Elapsed)],
            progress,
            cancellation,
            (guest, stop) => GuestClock.SetAsync(engine, guest, stop));
        await output.ObjectAsync(instance);
    }

    /// <summary>Which port Docker publishes is known when the container runs.</summary>
    private static async Task<ArchiveInstance> StartAsync(
        DockerEngine engine, InstanceRegistry registry, ArchiveInstance instance, CancellationToken cancellation)
    {
        await new InstanceContainers(engine).StartAsync(instance.ContainerId, instance.Name, cancellation);
        return (await registry.ListAsync(cancellation)).FirstOrDefault(i => i.ContainerId == instance.ContainerId) ?? instance;
    }
}
