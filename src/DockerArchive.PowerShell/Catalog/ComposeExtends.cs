namespace DockerArchive.Catalog;

/// <summary>Compose's <c>extends</c>: a service takes over another, of its own file or of another one.</summary>
/// <param name="files">Reads the other files.</param>
/// <param name="directory">Full path of the directory that paths in <paramref name="document"/> start from.</param>
/// <param name="file">Full path of the file.</param>
/// <param name="document">The document whose services extend.</param>
internal sealed class ComposeExtends(ComposeDocuments files, string directory, string file, ComposeDocument document)
{
    /// <summary>The document's content, in which every service is whole.</summary>
    /// <exception cref="BrokenEnvironmentException">A service that is extended is missing, or extends itself in the end.</exception>
    public ComposeMapping Apply()
    {
        var root = document.Root;
        if (root["services"] is not ComposeMapping services)
            return root;
        var whole = services with
        {
            Entries = [.. services.Entries.Select(s => s with { Value = Whole(s, new Place(file, directory, services, [document]), []) })],
        };
        return root.With(root.Entries.First(e => e.Key == "services") with { Value = whole });
    }

    /// <param name="entry">The service.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="chain">The services that extend it, outermost first.</param>
    private ComposeNode Whole(ComposeEntry entry, Place place, IReadOnlyList<(string File, string Service)> chain)
    {
        if (entry.Value is not ComposeMapping service || service.Entries.FirstOrDefault(e => e.Key == "extends") is not { } extends)
            return entry.Value;

        chain = [.. chain, (place.File, entry.Key)];
        var (name, target) = Target(extends.Value, place);
        if (chain.Contains((target.File, name)))
        {
            throw extends.Broken(
                $"service '{entry.Key}' extends itself: {string.Join(" -> ", chain.Select(c => c.Service))} -> {name}");
        }

        var original = target.Services.Entries.FirstOrDefault(e => e.Key == name)
            ?? throw extends.Broken($"service '{entry.Key}' extends '{name}', which {target.File} does not have");
        if (Whole(original, target, chain) is not ComposeMapping whole)
            return service.Without("extends");

        return ComposeMerge.MergeService(Reset(entry.Key, whole, target.Documents), service).Without("extends");
    }

    private (string Service, Place Place) Target(ComposeNode node, Place place)
    {
        if (node is ComposeScalar { Kind: ComposeScalarKind.Text } name)
            return (name.Text, place);
        if (node is not ComposeMapping mapping)
            throw node.Broken("'extends' takes the name of a service, or 'service' and 'file'");
        if (mapping.Entries.FirstOrDefault(e => e.Key is not ("service" or "file")) is { } unknown)
            throw unknown.Broken($"key '{unknown.Key}' in 'extends' is not supported");
        if (mapping["service"] is not ComposeScalar { Kind: ComposeScalarKind.Text } service)
            throw mapping.Broken("'extends' names no service");
        return mapping["file"] switch
        {
            null => (service.Text, place),
            ComposeScalar { Kind: ComposeScalarKind.Text } path => (service.Text, Open(path, place)),
            var other => throw other.Broken("'file' of 'extends' takes a path"),
        };
    }

    private Place Open(ComposeScalar path, Place from)
    {
        var full = ComposePaths.Resolve(from.Directory, path.Text);
        if (!File.Exists(full))
            throw path.Broken($"'extends' names the file {full}, which does not exist");
        var content = files.Read(full).Aggregate(
            (ComposeMapping?)null, (merged, d) => merged is null ? d.Root : ComposeMerge.Merge(d.Reset(merged), d.Root));
        return content?["services"] is ComposeMapping services
            ? new Place(full, Path.GetDirectoryName(full)!, services, [.. from.Documents, .. files.Read(full)])
            : throw path.Broken($"'extends' names the file {full}, which has no services");
    }

    /// <summary>What <c>!reset</c> and <c>!override</c> of the files that extend it leave of a service.</summary>
    private static ComposeMapping Reset(string name, ComposeMapping service, IReadOnlyList<ComposeDocument> documents)
    {
        ComposeMapping Around(string key, ComposeNode value) =>
            new(service.File, service.Line, [new ComposeEntry(service.File, service.Line, key, value)]);
        var reset = documents.Aggregate(Around("services", Around(name, service)), (left, d) => d.Reset(left));
        return reset["services"] is ComposeMapping services && services[name] is ComposeMapping left
            ? left
            : service with { Entries = [] };
    }

    /// <summary>Services of a file, and the documents of it and of those that extend it, whose <c>!reset</c> counts.</summary>
    private sealed record Place(string File, string Directory, ComposeMapping Services, IReadOnlyList<ComposeDocument> Documents);
}
