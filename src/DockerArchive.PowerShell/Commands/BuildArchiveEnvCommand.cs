using System.Collections;
using System.Management.Automation;
using DockerArchive.Archive;
using DockerArchive.Buildkit;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Makes the images of environments: ctr, vm and dqd.</summary>
[Cmdlet("Build", "ArchiveEnv", SupportsShouldProcess = true)]
[OutputType(typeof(StageResult))]
public sealed class BuildArchiveEnvCommand : EnvironmentCmdlet
{
    /// <summary>Names of environments; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override string[] Env { get; set; } = [];

    /// <summary>The stages to make. Default: all. A stage that is left out must be there if the next is made from it.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public BuildStage[] Stage { get; set; } = [BuildStage.Ctr, BuildStage.Vm, BuildStage.Dqd];

    /// <summary>Values for the ARGs of the Dockerfiles: the environment's own and those in <c>dqd</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable BuildArg { get; set; } = [];

    /// <summary>Size of the guest's disk, such as 10G. Default: the environment's <c>SIZE</c>, otherwise 10G.</summary>
    [Parameter]
    [ValidatePattern("^[0-9]+[KMGT]?$")]
    public string? Size { get; set; }

    /// <summary>The guest's kernel: a Debian or Ubuntu package, or an image that has one. Default: the distribution's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kernel { get; set; }

    /// <summary>Kernel parameters beside those of the environment's <c>CMDLINE</c>, such as <c>nokaslr</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CommandLine { get; set; }

    /// <summary>The repository that the images are named in, such as <c>example.org/archive</c>. Default: the environment's own.</summary>
    [Parameter]
    [ValidatePattern("^[^:@]+(:[0-9]+/[^:@]+)?$")]
    public string? Repository { get; set; }

    /// <summary>Run every step of the Dockerfiles anew.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Make all stages, also those whose inputs have not changed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var options = new StageOptions
        {
            BuildArgs = BuildArg.Cast<DictionaryEntry>().ToDictionary(e => $"{e.Key}", e => $"{e.Value}"),
            Stages = Stage.ToHashSet(),
            Size = Size,
            Kernel = Kernel,
            CommandLine = CommandLine,
            NoCache = NoCache,
            Force = Force || NoCache,
        };
        foreach (var env in ResolveEnvironments(Env).Select(e => e.InRepository(Repository)).ToArray())
        {
            if (ShouldProcess($"{env.Name} ({env.Image})", "Build images"))
                Run((output, cancellation) => BuildAsync(env, options, output, cancellation));
        }
    }

    private async Task BuildAsync(ArchiveEnv env, StageOptions options, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        using var progress = new ProgressLine(output.Progress, $"Building {env.Name}");
        var stages = new ImageStages(
            engine,
            stage => new BuildWatch(progress, new BuildTracker(), output.Progress, $"{stage}: ", new PlainLines(output.Verbose)),
            text => progress.Show(text, always: true),
            output.Warning);
        await stages.BuildAsync(env, options, output.Object, cancellation);
    }
}
