using System.Management.Automation;
using DockerArchive.Archive;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>Lists the names of environments' images, with what the Docker host and registries have under them.</summary>
[Cmdlet(VerbsCommon.Get, "ArchiveImage")]
[OutputType(typeof(ArchiveImage))]
public sealed class GetArchiveImageCommand : ArchiveCmdlet
{
    private readonly HashSet<string> _silentRegistries = new(StringComparer.Ordinal);
    private readonly ImageRegistry _registry = new();

    /// <summary>Names of environments; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = ["*"];

    /// <summary>Also ask the registries what they have under the names, with the logins of <c>docker login</c>.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var environments = ResolveEnvironments(Env).ToArray();
        if (environments.Length > 0)
            Run((output, cancellation) => ListAsync(environments, output, cancellation));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _registry.Dispose();
    }

    private async Task ListAsync(ArchiveEnv[] environments, CmdletOutput output, CancellationToken cancellation)
    {
        var local = await new LocalImages(await EngineAsync(cancellation)).ListAsync(cancellation);
        using var progress = new ProgressLine(output.Progress, "Asking the registry");
        for (var i = 0; i < environments.Length; i++)
        {
            var images = EnvironmentImages.Of(environments[i]).Select(image => image.With(local)).ToArray();
            if (Online)
            {
                progress.Show(environments[i].Name, i * 100 / environments.Length);
                images = await AskAsync(images, output, cancellation);
            }

            foreach (var image in EnvironmentImages.Compared(images))
                await output.ObjectAsync(image);
        }
    }

    private async Task<ArchiveImage[]> AskAsync(ArchiveImage[] images, CmdletOutput output, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(images.Select(image => AskAsync(image, cancellation)));

        // All names of an environment hear the same from a registry that refuses or is silent.
        foreach (var error in answers.Select(a => a.Error).OfType<ArchiveException>().DistinctBy(e => e.Message))
            output.Error(error);
        _silentRegistries.UnionWith(answers.Where(a => a.Error?.ErrorId is "RegistryUnavailable").Select(a => HostOf(a.Image)));
        return [.. answers.Select(a => a.Image)];
    }

    private async Task<(ArchiveImage Image, ArchiveException? Error)> AskAsync(ArchiveImage image, CancellationToken cancellation)
    {
        if (_silentRegistries.Contains(HostOf(image)))
            return (image, null);
        try
        {
            var published = await _registry.FindAsync(image.Reference, cancellation);
            return (image with { IsPublished = published is not null, Published = published }, null);
        }
        catch (ArchiveException e)
        {
            return (image, e);
        }
    }

    private static string HostOf(ArchiveImage image) => ImageReference.Parse(image.Reference).Host;
}
