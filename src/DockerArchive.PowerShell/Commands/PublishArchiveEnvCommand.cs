using System.Management.Automation;
using DockerArchive.Archive;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Pushes the images of environments, ctr and dqd, under their versioned names and their aliases.</summary>
[Cmdlet(VerbsData.Publish, "ArchiveEnv", SupportsShouldProcess = true)]
[OutputType(typeof(PushedImage))]
public sealed class PublishArchiveEnvCommand : EnvironmentCmdlet
{
    private readonly List<(string[] Names, string? DockerHost)> _asked = [];
    private readonly HashSet<string> _silentRegistries = new(StringComparer.Ordinal);
    private readonly ImageRegistry _registry = new();
    private RegistryPrefix? _elsewhere;

    /// <summary>Names of environments; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override string[] Env { get; set; } = [];

    /// <summary>
    /// Push to another registry than the images' names have: <c>localhost:5000</c>, or with a namespace in place of theirs,
    /// <c>ghcr.io/me</c>.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The repository that <c>Build-ArchiveEnv -Repository</c> named the images in. Default: the environment's own.</summary>
    [Parameter]
    [ValidatePattern("^[^:@]+(:[0-9]+/[^:@]+)?$")]
    public string? Repository { get; set; }

    /// <summary>When all is pushed, write the overlay <c>docker-compose.mirror.yml</c>, which takes the image from -Registry.</summary>
    [Parameter]
    public SwitchParameter Mirror { get; set; }

    /// <summary>Which images to push. Default: both.</summary>
    [Parameter]
    [ValidateSet(nameof(BuildStage.Ctr), nameof(BuildStage.Dqd))]
    public BuildStage[] Stage { get; set; } = [BuildStage.Ctr, BuildStage.Dqd];

    /// <summary>How often a push is tried again when what failed may pass.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaximumRetryCount { get; set; } = 3;

    /// <summary>Seconds before it is tried again.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int RetryIntervalSec { get; set; } = 2;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            _elsewhere = Registry is null ? null : RegistryPrefix.Parse(Registry);
            if (Mirror && Registry is null)
                throw Conflict("-Mirror makes an overlay for the images of another registry: give -Registry.");
            if (Mirror && !Stage.Contains(BuildStage.Dqd))
                throw Conflict("-Mirror makes an overlay for the dqd image, which -Stage leaves out.");
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }
    }

    /// <summary>Build-ArchiveEnv names an environment with each image that it has made, so its last word is waited for.</summary>
    protected override void ProcessRecord() => _asked.Add((Env, DockerHost));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var host in _asked.GroupBy(a => a.DockerHost))
        {
            DockerHost = host.Key;
            foreach (var env in ResolveEnvironments(host.SelectMany(a => a.Names)).DistinctBy(e => e.Name).ToArray())
                Publish(env.InRepository(Repository));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _registry.Dispose();
    }

    private void Publish(ArchiveEnv env)
    {
        try
        {
            var publication = new Publication(env, Stage, _elsewhere, Mirror);
            if (ShouldProcess($"{env.Name} ({publication.Description})", "Push"))
                Run((output, cancellation) => PublishAsync(env, publication, output, cancellation));
        }
        catch (ArchiveException e)
        {
            WriteError(e.ToErrorRecord());
        }
    }

    private async Task PublishAsync(ArchiveEnv env, Publication publication, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        using var progress = new ProgressLine(output.Progress, $"Publishing {env.Name}");
        var layers = new LayerProgress(output.Progress, progress, "pushing");
        try
        {
            // A registry that did not answer for one environment is asked once for each of the others.
            var silent = _silentRegistries.Contains(RegistryOf(env));
            await publication.PublishAsync(
                engine,
                new ImagePush(engine, layers.Show, output.Warning),
                new RetryRule(silent ? 0 : MaximumRetryCount, TimeSpan.FromSeconds(RetryIntervalSec)),
                _registry,
                pushed =>
                {
                    layers.End();
                    output.Object(pushed);
                },
                cancellation);
            if (publication.Overlay is { } overlay)
                output.Verbose($"{overlay} takes the image from {Registry}: Start-ArchiveEnv {env.Name} -Overlay {MirrorOverlay.Name}");
        }
        catch (PushFailedException e) when (e.ErrorId is "RegistryUnavailable")
        {
            _silentRegistries.Add(e.Registry);
            throw;
        }
        finally
        {
            layers.End();
        }
    }

    private string RegistryOf(ArchiveEnv env) => ImageReference.Parse(_elsewhere?.Of(env.Image) ?? env.Image).Registry;

    private ArchiveException Conflict(string message) => new("ParametersConflict", ErrorCategory.InvalidArgument, Registry, message);
}
