using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Stops instances; their containers and disks stay, so that <c>Start-ArchiveEnv</c> goes on with them.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ArchiveEnv", SupportsShouldProcess = true)]
[OutputType(typeof(ArchiveInstance))]
public sealed class StopArchiveEnvCommand : InstanceCmdlet
{
    /// <summary>Seconds a guest has to shut down before its virtual machine is ended.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int TimeoutSec { get; set; } = 15;

    /// <summary>Give out the stopped instances.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => "Stop";

    private protected override bool Concerns(ArchiveInstance instance) => instance.State is InstanceState.Running;

    private protected override async Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        using var progress = new ProgressLine(output.Progress, $"Stopping {instance.Name}");
        progress.Show("guest shuts down");
        await new Shutdown(await EngineAsync(cancellation)).RunAsync(instance, TimeSpan.FromSeconds(TimeoutSec), cancellation);
        if (PassThru)
            output.Object(instance with { State = InstanceState.Stopped, ComputerName = null, Port = null });
    }
}
