using DockerArchive.Catalog;

namespace DockerArchive.Archive;

/// <summary>Which environments publish which ports of this machine.</summary>
internal static class PortOwners
{
    /// <summary>Ports under a root, with the names of the environments that publish them. What cannot be read has none.</summary>
    /// <param name="root">The directory that has the archive.</param>
    /// <param name="except">An environment that does not count.</param>
    public static Dictionary<int, List<string>> Of(string root, string except) => Of(
        ArchiveCatalog.Open([root]).Directories()
            .Where(d => d.Name != except)
            .AsParallel().AsOrdered()
            .Select(d => Read(d.Name, d.Directory))
            .OfType<ArchiveEnv>());

    /// <inheritdoc cref="Of(string, string)"/>
    public static Dictionary<int, List<string>> Of(IEnumerable<ArchiveEnv> environments)
    {
        var owners = new Dictionary<int, List<string>>();
        foreach (var env in environments)
        {
            foreach (var port in Ports(env).Distinct())
            {
                if (!owners.TryGetValue(port, out var names))
                    owners[port] = names = [];
                names.Add(env.Name);
            }
        }

        return owners;
    }

    /// <summary>The ports of this machine that an environment publishes.</summary>
    public static IEnumerable<int> Ports(ArchiveEnv env) =>
        env.Ports.SelectMany(PortMapping.Parse).SelectMany(p => p.HostPort is { } first
            ? Enumerable.Range(first, (p.LastHostPort ?? first) - first + 1)
            : []);

    private static ArchiveEnv? Read(string name, string directory)
    {
        try
        {
            return ArchiveCatalog.Read(name, directory);
        }
        catch (BrokenEnvironmentException)
        {
            return null;
        }
    }
}
