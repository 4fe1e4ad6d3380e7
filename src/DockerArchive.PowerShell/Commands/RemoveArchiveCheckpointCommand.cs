using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Removes checkpoints. Instances stay.</summary>
[Cmdlet(VerbsCommon.Remove, "ArchiveCheckpoint", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveArchiveCheckpointCommand : CheckpointCmdlet
{
    /// <summary>Names of environments; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>Names of checkpoints; wildcards are allowed.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var checkpoint in Find(Env, Name))
        {
            if (!ShouldProcess($"{checkpoint.Name} ({checkpoint.Environment})", "Remove"))
                continue;
            Run(async (_, cancellation) =>
            {
                var engine = await EngineAsync(cancellation);
                var registry = new InstanceRegistry(engine, Catalog);
                var machines = (await registry.ListAsync(cancellation)).Where(
                    i => i.Environment == checkpoint.Environment && i.Service == checkpoint.Service && i.State is InstanceState.Running);
                await new GuestCheckpoint(engine, new CheckpointImages(engine, registry)).RemoveAsync(checkpoint, machines, cancellation);
            });
        }
    }
}
