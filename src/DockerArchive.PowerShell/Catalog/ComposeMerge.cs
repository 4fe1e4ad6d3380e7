namespace DockerArchive.Catalog;

/// <summary>Compose's rules for several files and for <c>extends</c>: mappings merge, lists add, everything else is replaced.</summary>
internal static class ComposeMerge
{
    public static ComposeMapping Merge(ComposeMapping original, ComposeMapping overlay) => Mappings(original, overlay, "");

    /// <summary>The same for one service.</summary>
    public static ComposeMapping MergeService(ComposeMapping original, ComposeMapping overlay) => Mappings(original, overlay, "services.*");

    private static ComposeMapping Mappings(ComposeMapping original, ComposeMapping overlay, string place)
    {
        foreach (var entry in overlay.Entries)
        {
            var merged = original[entry.Key] is { } earlier && !entry.Key.StartsWith("x-", StringComparison.Ordinal)
                ? Nodes(earlier, entry, Below(place, entry.Key))
                : entry.Value;
            original = original.With(entry with { Value = merged });
        }

        return original;
    }

    /// <summary>The pattern of a place below: what a user names is <c>*</c>.</summary>
    private static string Below(string place, string key) => place switch
    {
        "" => key,
        "services" or "networks" or "volumes" or "services.*.networks" => place + ".*",
        _ => $"{place}.{key}",
    };

    private static ComposeNode Nodes(ComposeNode original, ComposeEntry entry, string place) => place switch
    {
        "services.*.command" or "services.*.entrypoint" or "services.*.healthcheck.test" => entry.Value,
        "services.*.environment" or "services.*.build.args" or "services.*.build.labels" or "networks.*.labels" or "volumes.*.labels" =>
            ToSequence(original) is var first
                ? first with { Items = [.. first.Items, .. ToSequence(entry.Value).Items] }
                : original,
        "services.*.build" => Mappings(ToBuild(original), ToBuild(entry.Value), place),
        "services.*.depends_on" => Mappings(ToMapping(original, Started), ToMapping(entry.Value, Started), place),
        "services.*.networks" => Mappings(ToMapping(original, Null), ToMapping(entry.Value, Null), place),
        "networks.*.ipam.config" => Pools(original, entry.Value),
        _ => Plain(original, entry, place),
    };

    private static ComposeNode Plain(ComposeNode original, ComposeEntry entry, string place) => (original, entry.Value) switch
    {
        (_, ComposeScalar { IsNull: true }) => original,
        (ComposeMapping first, ComposeMapping second) => Mappings(first, second, place),
        (ComposeSequence first, ComposeSequence second) => first with { Items = [.. first.Items, .. second.Items] },
        (ComposeMapping or ComposeSequence, _) => throw entry.Broken(
            $"'{entry.Key}' cannot override what {original.File}:{original.Line} has, which is of another form"),
        _ => entry.Value,
    };

    /// <summary>Environment and labels in the form of a list.</summary>
    private static ComposeSequence ToSequence(ComposeNode node) => node switch
    {
        ComposeSequence list => list,
        ComposeMapping mapping => new ComposeSequence(
            node.File,
            node.Line,
            [.. mapping.Entries.Select(e => new ComposeScalar(
                e.File,
                e.Line,
                e.Value switch
                {
                    ComposeScalar { IsNull: true } => e.Key,
                    ComposeScalar scalar => $"{e.Key}={scalar.TextOfAnything()}",
                    var other => throw other.Broken($"'{e.Key}' takes a single value"),
                },
                ComposeScalarKind.Text))]),
        ComposeScalar { IsNull: true } => new ComposeSequence(node.File, node.Line, []),
        _ => new ComposeSequence(node.File, node.Line, [node]),
    };

    private static ComposeMapping ToMapping(ComposeNode node, Func<ComposeNode, ComposeNode> value) => node switch
    {
        ComposeMapping mapping => mapping,
        ComposeSequence list => new ComposeMapping(
            node.File,
            node.Line,
            [.. list.Items.Select(i => i is ComposeScalar { Kind: ComposeScalarKind.Text } name
                ? new ComposeEntry(i.File, i.Line, name.Text, value(i))
                : throw i.Broken("a name is expected here"))]),
        _ => new ComposeMapping(node.File, node.Line, []),
    };

    private static ComposeMapping ToBuild(ComposeNode node) => node switch
    {
        ComposeMapping mapping => mapping,
        ComposeScalar { IsNull: false } => new ComposeMapping(node.File, node.Line, [new ComposeEntry(node.File, node.Line, "context", node)]),
        _ => new ComposeMapping(node.File, node.Line, []),
    };

    private static ComposeScalar Null(ComposeNode at) => new(at.File, at.Line, "", ComposeScalarKind.Null);

    private static ComposeMapping Started(ComposeNode at) => new(
        at.File,
        at.Line,
        [
            new ComposeEntry(at.File, at.Line, "condition", new ComposeScalar(at.File, at.Line, "service_started", ComposeScalarKind.Text)),
            new ComposeEntry(at.File, at.Line, "required", new ComposeScalar(at.File, at.Line, "true", ComposeScalarKind.Boolean)),
        ]);

    /// <summary>Address pools merge by subnet.</summary>
    private static ComposeSequence Pools(ComposeNode original, ComposeNode overlay)
    {
        var pools = new List<ComposeMapping>();
        var overlays = ItemsOf(overlay).ToList();
        foreach (var pool in ItemsOf(original))
        {
            foreach (var other in overlays)
            {
                if (SubnetOf(other) != SubnetOf(pool) && pools.TrueForAll(p => SubnetOf(p) != SubnetOf(other)))
                {
                    pools.Add(other);
                    continue;
                }

                var merged = Mappings(pool, other, "networks.*.ipam.config");
                var index = pools.FindIndex(p => SubnetOf(p) == SubnetOf(merged));
                if (index < 0)
                    pools.Add(merged);
                else
                    pools[index] = merged;
            }
        }

        return new ComposeSequence(overlay.File, overlay.Line, pools);
    }

    private static IEnumerable<ComposeMapping> ItemsOf(ComposeNode node) => node is ComposeSequence list
        ? list.Items.Select(i => i as ComposeMapping ?? throw i.Broken("an address pool is a mapping"))
        : throw node.Broken("a list of address pools is expected here");

    private static string? SubnetOf(ComposeMapping pool) => (pool["subnet"] as ComposeScalar)?.Text;
}
