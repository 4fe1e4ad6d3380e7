using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that do something to each environment or instance a user names.</summary>
public abstract class EnvironmentCmdlet : ArchiveCmdlet
{
    /// <summary>Names of environments, or of instances where there are some; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public virtual string[] Env { get; set; } = [];
}
