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
                var question = new BuildctlQuestion(machine, "debug workers");
                var answer = await question.AskAsync(cancellation);
                var workers = BuildctlWorkers.Parse(answer);
                if (workers.Count == 0 && answer.Trim() is not ("" or "[]" or "null"))
                    throw question.Unreadable();
                foreach (var worker in workers)
                    output.Object(worker with { Environment = machine.Environment });
            });
        }
    }
}
