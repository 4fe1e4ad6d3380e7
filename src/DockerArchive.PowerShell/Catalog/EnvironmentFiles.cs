namespace DockerArchive.Catalog;

/// <summary>What an environment is read from. The same files with the same texts make the same environment.</summary>
/// <param name="Settings">Text of <c>.env</c>.</param>
/// <param name="ComposeFile">Name of the compose file; null where there is none.</param>
/// <param name="Compose">Its text.</param>
/// <param name="Readme">Text of README.md, or null.</param>
/// <param name="Overlays">Names of the overlays, one a line.</param>
internal sealed record EnvironmentFiles(string Settings, string? ComposeFile, string? Compose, string? Readme, string Overlays)
{
    /// <summary>Compose's own names for its file, newest spelling first.</summary>
    private static readonly string[] ComposeFileNames =
        ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

    /// <exception cref="BrokenEnvironmentException">A file cannot be read.</exception>
    public static EnvironmentFiles Read(string directory)
    {
        var names = NamesIn(directory);
        var main = MainOf(names);
        return new EnvironmentFiles(
            TextOf(directory, ".env"),
            main,
            main is null ? null : TextOf(directory, main),
            names.Contains("README.md") ? TextOf(directory, "README.md") : null,
            main is null ? "" : string.Join('\n', OverlaysOf(main, names)));
    }

    /// <summary>Names of the overlays in a directory.</summary>
    /// <exception cref="BrokenEnvironmentException">It cannot be read.</exception>
    public static IReadOnlyList<string> OverlaysIn(string directory)
    {
        var names = NamesIn(directory);
        return MainOf(names) is { } main ? OverlaysOf(main, names) : [];
    }

    /// <summary>Full paths of a directory's compose file and of the overlays of it that exist.</summary>
    public static string[] ComposeFilesIn(string directory, IReadOnlyList<string> overlays)
    {
        if (ComposeFileNames.FirstOrDefault(n => File.Exists(Path.Combine(directory, n))) is not { } main)
            return [];
        main = Path.Combine(directory, main);
        return [main, .. overlays.Select(o => OverlayOf(main, o)).Where(File.Exists)];
    }

    /// <summary>Full path of an overlay, which may be missing, of a compose file.</summary>
    public static string OverlayOf(string composeFile, string overlay) =>
        Path.ChangeExtension(composeFile, overlay + Path.GetExtension(composeFile));

    private static string? MainOf(HashSet<string> names) => ComposeFileNames.FirstOrDefault(names.Contains);

    private static string[] OverlaysOf(string main, IEnumerable<string> names)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(main) + ".", Path.GetExtension(main));
        return
        [
            .. names
                .Where(n => n.Length > stem.Length + extension.Length
                    && n.StartsWith(stem, StringComparison.Ordinal)
                    && n.EndsWith(extension, StringComparison.Ordinal))
                .Select(n => n[stem.Length..^extension.Length])
                .Order(StringComparer.Ordinal),
        ];
    }

    private static HashSet<string> NamesIn(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory).Select(f => Path.GetFileName(f)).ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(directory, null, e.Message, e);
        }
    }

    private static string TextOf(string directory, string name)
    {
        var file = Path.Combine(directory, name);
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(file, null, e.Message, e);
        }
    }
}
