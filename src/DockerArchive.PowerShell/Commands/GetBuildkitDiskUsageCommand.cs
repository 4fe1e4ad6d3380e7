using System.Management.Automation;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>Tells what BuildKit's cache takes in running environments, or on this machine.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitDiskUsage", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitDiskUsage))]
public sealed class GetBuildkitDiskUsageCommand : BuildkitCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var machine in FindMachines())
        {
            Run(async (output, cancellation) =>
            {
                var question = new BuildctlQuestion(machine, "du");
                if (!BuildctlDiskUsage.TryParse(await question.AskAsync(cancellation), out var usage))
                    throw question.Unreadable();
                output.Object(usage with { Environment = machine.Environment });
            });
        }
    }
}
