using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads compose files as compose does: variables, <c>extends</c>, merging, then the services.</summary>
internal sealed class ComposeReader
{
    private readonly ComposeSource _source;
    private readonly string _project;
    private readonly ComposeDocuments _files;
    private readonly ComposeServiceReader _services;

    private ComposeReader(ComposeSource source)
    {
        _source = source;
        _project = source.Project ?? ProjectName.OfFiles(source) ?? ProjectName.OfDirectory(source.Directory);
        _files = new ComposeDocuments(Lookup);
        _services = new ComposeServiceReader(source.Directory, Lookup, DirectoryOf);
    }

    /// <summary>Reads and merges the files.</summary>
    /// <exception cref="BrokenEnvironmentException">A file is missing, malformed or has an unknown key.</exception>
    public static ComposeProject Read(ComposeSource source) => new ComposeReader(source).Read();

    private ComposeProject Read()
    {
        ComposeMapping? merged = null;
        foreach (var file in _source.Files)
        {
            foreach (var document in _files.Read(file))
            {
                var whole = new ComposeExtends(_files, _source.Directory, file, document).Apply();
                if (merged is not null)
                    CheckServices(merged);
                merged = merged is null ? whole : ComposeMerge.Merge(document.Reset(merged), whole);
                CheckTop(merged);
            }
        }

        if (merged is null)
            throw new BrokenEnvironmentException(_source.Files[0], null, "the file is empty");

        var services = Entries(merged, "services")
            .Where(s => !s.IsExtension())
            .Select(s => (Entry: s, Service: _services.Read(s)))
            .OrderBy(s => s.Service.Name, StringComparer.Ordinal)
            .ToList();
        if (services.Count == 0)
            throw merged.Broken("it has no services");

        var resources = new ComposeResourceReader(_project, DirectoryOf);
        var networks = Entries(merged, "networks").ToDictionary(n => n.Key, n => resources.ReadNetwork(n.Key, n.Value), StringComparer.Ordinal);
        networks.TryAdd("default", resources.ReadNetwork("default", null));
        var volumes = Entries(merged, "volumes").ToDictionary(v => v.Key, v => resources.ReadVolume(v.Key, v.Value), StringComparer.Ordinal);
        foreach (var (entry, service) in services)
            ComposeConsistency.Check(entry, service, services.ConvertAll(s => s.Service), networks, volumes);

        var usedNetworks = services.SelectMany(s => s.Service.Networks.Keys).ToHashSet(StringComparer.Ordinal);
        var usedVolumes = services.SelectMany(s => s.Service.NamedVolumes).ToHashSet(StringComparer.Ordinal);
        return new ComposeProject
        {
            Name = _project,
            Directory = _source.Directory,
            Files = _source.Files,
            ExtendedFiles = [.. _files.Files.Except(_source.Files, StringComparer.Ordinal)],
            Services = [.. services.Select(s => s.Service)],
            Networks = networks.Where(n => usedNetworks.Contains(n.Key)).OrderBy(n => n.Key, StringComparer.Ordinal).ToDictionary(),
            Volumes = volumes.Where(v => usedVolumes.Contains(v.Key)).OrderBy(v => v.Key, StringComparer.Ordinal).ToDictionary(),
        };
    }

    private static void CheckTop(ComposeMapping merged)
    {
        foreach (var entry in merged.Entries)
        {
            switch (entry.Key)
            {
                case "version" or "name":
                    _ = entry.Value.Text();
                    break;
                case "services" or "networks" or "volumes":
                    _ = Entries(merged, entry.Key);
                    break;
                case var _ when entry.IsExtension():
                    break;
                default:
                    throw entry.Unknown("at the top level");
            }
        }
    }

    /// <summary>Compose checks the form of everything after each file, so that a later file cannot hide what is wrong in an earlier one.</summary>
    private void CheckServices(ComposeMapping merged)
    {
        foreach (var service in Entries(merged, "services").Where(s => !s.IsExtension()))
            _ = _services.Read(service);
    }

    private static IReadOnlyList<ComposeEntry> Entries(ComposeMapping root, string key) => root[key]?.Entries($"'{key}'") ?? [];

    private string? Lookup(string name) => _source.Lookup(name) ?? (name == ProjectName.Variable ? _project : null);

    /// <summary>Paths start from the project's directory, in files that are extended from their own.</summary>
    private string DirectoryOf(string file) =>
        _source.Files.Contains(file, StringComparer.Ordinal) ? _source.Directory : Path.GetDirectoryName(file)!;
}
