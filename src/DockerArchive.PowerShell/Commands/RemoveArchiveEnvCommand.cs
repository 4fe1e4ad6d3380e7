using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Removes instances with their containers, disks, networks and pinned host keys. Images stay.</summary>
[Cmdlet(VerbsCommon.Remove, "ArchiveEnv", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveArchiveEnvCommand : InstanceCmdlet
{
    /// <summary>Remove instances that run, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string Action => "Remove";

    private protected override async Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        if (instance.State is InstanceState.Running && !Force)
        {
            throw new ArchiveException(
                "InstanceRunning",
                ErrorCategory.InvalidOperation,
                instance.Name,
                $"Instance '{instance.Name}' runs. Stop it first (Stop-ArchiveEnv {instance.Environment}), or give -Force.");
        }

        await new InstanceContainers(await EngineAsync(cancellation)).RemoveAsync(instance.ContainerId, instance.Project);
    }
}
