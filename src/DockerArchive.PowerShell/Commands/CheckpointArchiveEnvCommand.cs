using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Saves the state of running guests, their memory, devices and disks, to come back to it later.</summary>
[Cmdlet(VerbsData.Checkpoint, "ArchiveEnv", SupportsShouldProcess = true)]
[OutputType(typeof(ArchiveCheckpoint))]
public sealed class CheckpointArchiveEnvCommand : InstanceCmdlet
{
    /// <summary>Names of environments or of instances; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override string[] Env { get; set; } = [];

    /// <summary>Name of the checkpoint: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, at most 64.</summary>
    [Parameter(Position = 1)]
    [ValidatePattern(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z")]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    public string Name { get; set; } = "default";

    /// <summary>Replace a checkpoint of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Give out the checkpoints.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => $"Save checkpoint '{Name}'";

    private protected override void NothingThere(string environment) =>
        WriteError(new NotRunningException(environment).ToErrorRecord());

    private protected override async Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        if (instance.State is not InstanceState.Running)
            throw new NotRunningException(instance.Environment!);
        var engine = await EngineAsync(cancellation);
        using var progress = new ProgressLine(output.Progress, $"Saving {instance.Name}");
        var images = new CheckpointImages(engine, new InstanceRegistry(engine, Catalog));
        var made = await new GuestCheckpoint(engine, images).SaveAsync(
            instance, Name, Force, text => progress.Show(text), cancellation);
        if (PassThru)
            output.Object(made);
    }
}
