using System.Management.Automation;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>Tells how the BuildKit of running environments, or of this machine, is doing: versions, units, workers, journal, findings.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitStatus", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitStatus))]
public sealed class GetBuildkitStatusCommand : BuildkitCmdlet
{
    /// <summary>The daemon's service unit, with or without <c>.service</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UnitCompleter))]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "buildkit";

    /// <summary>How many of the last journal entries to bring.</summary>
    [Parameter]
    [ValidateRange(0, 100000)]
    public int Tail { get; set; } = 20;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var machine in FindMachines())
            Run(async (output, cancellation) => output.Object(await StatusReader.ReadAsync(machine, UnitNamed(Unit), Tail, cancellation)));
    }
}
