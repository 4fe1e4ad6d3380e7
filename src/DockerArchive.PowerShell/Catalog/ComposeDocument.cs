namespace DockerArchive.Catalog;

/// <summary>One YAML document of a compose file.</summary>
/// <param name="Root">What it says.</param>
/// <param name="Resets">The places tagged <c>!reset</c> or <c>!override</c>, whose earlier content goes.</param>
internal sealed record ComposeDocument(ComposeMapping Root, IReadOnlyList<ComposePath> Resets)
{
    /// <summary>What is left of the content that files before this one gave.</summary>
    public ComposeMapping Reset(ComposeMapping earlier) => Resets.Count == 0 ? earlier : Without(earlier, ComposePath.Root);

    private ComposeMapping Without(ComposeMapping mapping, ComposePath path) => mapping with
    {
        Entries =
        [
            .. mapping.Entries
                .Where(e => !Resets.Contains(path.Below(e.Key)))
                .Select(e => e.Value is ComposeMapping below ? e with { Value = Without(below, path.Below(e.Key)) } : e),
        ],
    };
}

/// <summary>The keys that lead to a place in a compose file.</summary>
/// <param name="Text">The keys, each after a line break, which no key has.</param>
internal readonly record struct ComposePath(string Text)
{
    public static ComposePath Root => new("");

    public ComposePath Below(string key) => new($"{Text}\n{key}");
}
