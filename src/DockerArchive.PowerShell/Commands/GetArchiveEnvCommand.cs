using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Lists the environments of the archive, with what runs of them.</summary>
[Cmdlet(VerbsCommon.Get, "ArchiveEnv")]
[OutputType(typeof(ArchiveEnv))]
public sealed class GetArchiveEnvCommand : ArchiveCmdlet
{
    /// <summary>Names of environments; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = ["*"];

    /// <summary>Only environments of which an instance runs.</summary>
    [Parameter]
    public SwitchParameter Running { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Docker answers while the files are read.
        IReadOnlyList<ArchiveInstance>? instances = null;
        using var asking = Start(async (output, cancellation) => instances = await InstancesAsync(output, cancellation));
        var environments = ResolveEnvironments(Env).ToArray();
        if (environments.Length == 0)
            return;

        asking.Finish();
        foreach (var env in environments)
        {
            var own = instances?.Where(i => i.Environment == env.Name).ToArray();
            if (!Running || own?.Any(i => i.State is InstanceState.Running) is true)
                WriteObject(env with { Instances = own });
        }
    }

    /// <summary>The catalogue needs no Docker, so its absence is an error only for somebody who asks what runs.</summary>
    private async Task<IReadOnlyList<ArchiveInstance>?> InstancesAsync(CmdletOutput output, CancellationToken cancellation)
    {
        try
        {
            return await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation);
        }
        catch (Exception e) when (!Running && Explain(e) is { } reason)
        {
            var text = $"State is unknown: {reason.Message}";
            if (reason is DockerUnavailableException)
                output.Verbose(text);
            else
                output.Warning(text);
            return null;
        }
    }
}
