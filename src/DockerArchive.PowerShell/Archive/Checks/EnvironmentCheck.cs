using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>All rules for an environment's files.</summary>
/// <param name="all">The environments among which ports and project names have to be unique.</param>
internal sealed class EnvironmentCheck(IReadOnlyCollection<ArchiveEnv> all)
{
    private readonly Dictionary<int, List<string>> _ports = PortOwners.Of(all);
    private readonly ILookup<string, string> _projects = all.ToLookup(e => e.Project, e => e.Name);

    /// <summary>The findings, file by file.</summary>
    public IEnumerable<ArchiveFinding> Findings(ArchiveEnv env) =>
    [
        .. SettingsRules.Check(env, _projects),
        .. ComposeRules.Check(env, _ports),
        .. DockerfileRules.Check(env),
        .. SshScriptRules.Check(env),
        .. ReadmeRules.Check(env),
    ];

    /// <summary>A file that cannot be read as what it should be.</summary>
    public static ArchiveFinding Broken(string environment, BrokenEnvironmentException e) => new()
    {
        Environment = environment,
        Rule = "BrokenEnvironment",
        Severity = FindingSeverity.Error,
        File = e.File,
        Line = (int?)e.Line,
        Message = e.Reason,
    };
}
