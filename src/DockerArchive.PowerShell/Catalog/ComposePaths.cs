namespace DockerArchive.Catalog;

/// <summary>Paths in compose files.</summary>
internal static class ComposePaths
{
    /// <summary>The full path; <c>~</c> is the user's home.</summary>
    public static string Resolve(string directory, string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        var full = Path.GetFullPath(Path.Combine(directory, path));
        return full.Length > 1 ? Path.TrimEndingDirectorySeparator(full) : full;
    }
}
