using System.Management.Automation;
using DockerArchive.Archive.Checks;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>Holds environments against the archive's rules, and gives out what is not as it should be.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ArchiveEnv")]
[OutputType(typeof(ArchiveFinding), typeof(bool))]
public sealed class TestArchiveEnvCommand : ArchiveCmdlet
{
    private readonly List<string> _names = [];
    private bool _isSound = true;

    /// <summary>Names of environments; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = ["*"];

    /// <summary>Also ask the registry which of the images it has, with the logins of <c>docker login</c>.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>Give out whether there is neither an error nor a warning, and no findings.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _names.AddRange(Env);

    /// <summary>Here all names are known, and a name that comes twice is checked once.</summary>
    protected override void EndProcessing()
    {
        var chosen = FindDirectories(_names, NotFound).SelectMany(found => found).DistinctBy(d => d.Name).ToArray();
        var all = Catalog.Directories().DistinctBy(d => d.Name).AsParallel().AsOrdered().Select(d => (d.Name, Read: ReadOrBroken(d)))
            .ToDictionary(d => d.Name, d => d.Read);
        var check = new EnvironmentCheck([.. all.Values.Select(r => r.Env).OfType<ArchiveEnv>()]);
        var readable = new List<ArchiveEnv>();
        foreach (var (name, _) in chosen)
        {
            var (env, broken) = all[name];
            foreach (var finding in env is null ? [EnvironmentCheck.Broken(name, broken!)] : Findings(check, env))
                Report(finding);
            if (env is not null)
                readable.Add(env);
        }

        if (Online)
            Run((output, cancellation) => AskAsync(readable, output, cancellation));
        if (Quiet)
            WriteObject(_isSound);
    }

    /// <summary>A file may have become unreadable since the catalogue read it.</summary>
    private static ArchiveFinding[] Findings(EnvironmentCheck check, ArchiveEnv env)
    {
        try
        {
            return [.. check.Findings(env)];
        }
        catch (BrokenEnvironmentException e)
        {
            return [EnvironmentCheck.Broken(env.Name, e)];
        }
    }

    private async Task AskAsync(List<ArchiveEnv> environments, CmdletOutput output, CancellationToken cancellation)
    {
        using var registry = new ImageRegistry();
        var rule = new PublicationRule(registry);
        var unanswered = false;
        using var progress = new ProgressLine(output.Progress, "Asking the registry");
        for (var i = 0; i < environments.Count && !unanswered; i++)
        {
            progress.Show(environments[i].Name, i * 100 / environments.Count);
            try
            {
                foreach (var finding in await rule.FindingsAsync(environments[i], cancellation))
                    Report(finding, output.Object);
            }
            catch (ArchiveException e)
            {
                _isSound = false;
                output.Error(e);
                unanswered = e.ErrorId is "RegistryUnavailable";
            }
        }
    }

    private void Report(ArchiveFinding finding) => Report(finding, WriteObject);

    private void Report(ArchiveFinding finding, Action<object> write)
    {
        _isSound &= finding.Severity is FindingSeverity.Information;
        if (!Quiet)
            write(finding);
    }

    private void NotFound(string typed)
    {
        _isSound = false;
        WriteError(new EnvironmentNotFoundException(typed, Catalog.Names(), Catalog.Roots).ToErrorRecord());
    }
}
