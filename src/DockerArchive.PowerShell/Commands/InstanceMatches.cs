using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>The instances that a user means by names of environments, projects and machines, with wildcards or without.</summary>
internal sealed class InstanceMatches(ArchiveCatalog catalog, IReadOnlyList<ArchiveInstance> all)
{
    /// <param name="names">What was typed.</param>
    /// <param name="notThere">Receives a name without wildcards that matches no instance, though an environment is named so.</param>
    /// <param name="error">Receives why a name matches nothing.</param>
    public IEnumerable<ArchiveInstance> Find(
        IEnumerable<string> names, Action<string> notThere, Action<ArchiveException> error) =>
        names.SelectMany(typed => Find(typed, notThere, error)).DistinctBy(i => i.ContainerId);

    public static bool IsMeant(ArchiveInstance instance, WildcardPattern pattern) =>
        pattern.IsMatch(instance.Name) || pattern.IsMatch(instance.Project) || pattern.IsMatch(instance.Environment ?? "");

    private ArchiveInstance[] Find(string typed, Action<string> notThere, Action<ArchiveException> error)
    {
        var name = EnvironmentName.Normalize(typed);
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var matches = all.Where(i => IsMeant(i, pattern)).ToArray();
        if (matches.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(typed))
        {
            if (catalog.Names().Any(pattern.IsMatch))
                notThere(name);
            else
                error(new EnvironmentNotFoundException(typed, catalog.Names().Concat(all.Select(i => i.Name)), catalog.Roots));
        }

        return matches;
    }
}
