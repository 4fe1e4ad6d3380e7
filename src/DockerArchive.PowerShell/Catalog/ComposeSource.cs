namespace DockerArchive.Catalog;

/// <summary>What a compose project is read from.</summary>
internal sealed record ComposeSource
{
    /// <summary>Project name, whatever the files say; null takes theirs, otherwise the directory's.</summary>
    public string? Project { get; init; }

    /// <summary>Full path of the directory that relative paths start from.</summary>
    public required string Directory { get; init; }

    /// <summary>Full paths of the compose files; the later ones override.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Gives a variable's value, or null if it is not set.</summary>
    public required Func<string, string?> Lookup { get; init; }
}
