using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that do something inside each running environment a user names.</summary>
public abstract class GuestCmdlet : LoginCmdlet
{
    /// <summary>Names of environments that run, or of instances; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByEnvironment)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];
}
