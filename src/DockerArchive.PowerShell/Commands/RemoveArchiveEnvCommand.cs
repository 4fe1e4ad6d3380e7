using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Removes instances with their containers, disks, networks and pinned host keys. Images stay.</summary>
[Cmdlet(VerbsCommon.Remove, "ArchiveEnv", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveArchiveEnvCommand : InstanceCmdlet
{
    private readonly HashSet<string> _networks = new(StringComparer.Ordinal);

    /// <summary>Remove instances that run, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Keep the environment's checkpoints; otherwise they go with its last instance.</summary>
    [Parameter]
    public SwitchParameter KeepCheckpoint { get; set; }

    private protected override string Action => "Remove";

    /// <summary>A start that was killed before it made a container leaves a network, which is removed by the same names.</summary>
    private protected override IEnumerable<string> InstanceNames(IReadOnlyList<ArchiveInstance> all)
    {
        IReadOnlyList<LeftNetwork> left = [];
        Run(async (_, cancellation) =>
            left = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListLeftNetworksAsync(cancellation));
        foreach (var typed in Env)
        {
            var pattern = WildcardPattern.Get(EnvironmentName.Normalize(typed), WildcardOptions.IgnoreCase);
            LeftNetwork[] matches = [.. left.Where(n => pattern.IsMatch(n.Project) || pattern.IsMatch(n.Environment))];
            foreach (var network in matches)
            {
                if (_networks.Add(network.Name) && ShouldProcess($"network {network.Name} ({network.Environment})", Action))
                    Begin(async (_, cancellation) => await new ProjectResources(await EngineAsync(cancellation)).RemoveAsync(network.Project));
            }

            if (matches.Length == 0 || all.Any(i => InstanceMatches.IsMeant(i, pattern)))
                yield return typed;
        }
    }

    private protected override async Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        if (instance.State is InstanceState.Running && !Force)
        {
            throw new ArchiveException(
                "InstanceRunning",
                ErrorCategory.InvalidOperation,
                instance.Name,
                $"Instance '{instance.Name}' runs. Stop it first (Stop-ArchiveEnv {instance.Name}), or give -Force.");
        }

        using var progress = new ProgressLine(output.Progress, $"Removing {instance.Name}");
        progress.Show("container, disk and network");
        var engine = await EngineAsync(cancellation);
        await new InstanceContainers(engine).RemoveAsync(instance.ContainerId, instance.Project);
        if (!KeepCheckpoint)
            await RemoveCheckpointsAsync(engine, instance.Environment!, cancellation);
    }

    /// <summary>A checkpoint is of an environment, so it stays for other instances.</summary>
    private async Task RemoveCheckpointsAsync(DockerEngine engine, string environment, CancellationToken cancellation)
    {
        var registry = new InstanceRegistry(engine, Catalog);
        if ((await registry.ListAsync(cancellation)).Any(i => i.Environment == environment))
            return;
        var images = new CheckpointImages(engine, registry);
        foreach (var checkpoint in (await images.ListAsync(cancellation)).Where(c => c.Environment == environment))
            await images.RemoveAsync(checkpoint, cancellation);
    }
}
