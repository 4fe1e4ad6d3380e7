using System.Management.Automation;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>Lists the workers of the BuildKit in running environments, or on this machine.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitWorker", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitWorker))]
public sealed class GetBuildkitWorkerCommand : BuildkitCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var machine in FindMachines())
        {
            Run(async (output, cancellation) =>
            {
                foreach (var worker in BuildctlWorkers.Parse(await new BuildctlQuestion(machine, "debug workers").AskAsync(cancellation)))
                    output.Object(worker with { Environment = machine.Environment });
            });
        }
    }
}
