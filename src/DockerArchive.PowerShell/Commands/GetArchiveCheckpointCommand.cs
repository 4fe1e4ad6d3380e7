using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Lists checkpoints.</summary>
[Cmdlet(VerbsCommon.Get, "ArchiveCheckpoint")]
[OutputType(typeof(ArchiveCheckpoint))]
public sealed class GetArchiveCheckpointCommand : CheckpointCmdlet
{
    /// <summary>Names of environments; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = ["*"];

    /// <summary>Names of checkpoints; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Find(Env, Name), enumerateCollection: true);
}
