using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads <c>build</c> of a service.</summary>
internal static class ComposeBuildReader
{
    /// <param name="node">The context's path, or a mapping.</param>
    /// <param name="directory">Full path of the project's directory, which is the context where none is given.</param>
    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    /// <param name="resolve">Makes a path of the file a full one.</param>
    public static ComposeBuild Read(
        ComposeNode node, string directory, Func<string, string?> lookup, Func<ComposeNode, string, string> resolve)
    {
        if (node is ComposeScalar)
            return new ComposeBuild { Context = Context(node, resolve), Dockerfile = "Dockerfile" };

        var build = new ComposeBuild { Context = directory };
        foreach (var part in node.Entries("'build'"))
        {
            build = part.Key switch
            {
                "context" => build with { Context = Context(part.Value, resolve) },
                "dockerfile" => build with { Dockerfile = part.Value.Text() },
                "dockerfile_inline" => build with { InlineDockerfile = part.Value.Text() },
                "args" => build with { Arguments = Arguments(part.Value, lookup) },
                "target" => build with { Target = part.Value.Text() },
                "labels" => build with { Labels = part.Value.Labels() },
                "network" => build with { Network = part.Value.Text() },
                "no_cache" => build with { NoCache = part.Value.Bool() },
                "pull" => build with { Pull = part.Value.Bool() },
                "tags" => build with { Tags = part.Value.NamedTexts() },
                _ when part.IsExtension() => build,
                _ => throw part.Unknown("in 'build'"),
            };
        }

        if (build is { InlineDockerfile: not null, Dockerfile: not null })
            throw node.Broken("'dockerfile' and 'dockerfile_inline' exclude each other");
        return build.InlineDockerfile is null ? build with { Dockerfile = build.Dockerfile ?? "Dockerfile" } : build;
    }

    private static Dictionary<string, string> Arguments(ComposeNode node, Func<string, string?> lookup) =>
        node.Pairs()
            .Select(p => KeyValuePair.Create(p.Key, p.Value ?? lookup(p.Key)))
            .Where(p => p.Value is not null)
            .ToDictionary(p => p.Key, p => p.Value!, StringComparer.Ordinal);

    /// <summary>A context in a repository or at an address is taken as it is.</summary>
    private static string Context(ComposeNode node, Func<ComposeNode, string, string> resolve)
    {
        var text = node.Text();
        return text.Contains("://", StringComparison.Ordinal)
            || text.StartsWith("git@", StringComparison.Ordinal)
            || text.StartsWith("github.com/", StringComparison.Ordinal)
            ? text
            : resolve(node, text);
    }
}
