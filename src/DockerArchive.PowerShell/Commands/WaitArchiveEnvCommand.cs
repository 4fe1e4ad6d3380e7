using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Waits until guests are ready that somebody else started: docker compose, a job, another session. Starts nothing.</summary>
[Cmdlet(VerbsLifecycle.Wait, "ArchiveEnv", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(ArchiveInstance))]
public sealed class WaitArchiveEnvCommand : ReadinessCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var instance in FindInstances())
            Begin((output, cancellation) => WaitAsync(instance, output, cancellation));
    }

    private async Task WaitAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        if (instance.State is not InstanceState.Running)
            throw new NotRunningException(instance.Name);
        var engine = await EngineAsync(cancellation);
        using var progress = new StartProgress(output.Progress, instance.Name, "Waiting for");
        await output.ObjectAsync(await ClimbAsync(engine, instance, [], progress, cancellation));
    }
}
