namespace DockerArchive.Catalog;

/// <summary>What a user typed for an environment, as the catalogue writes it.</summary>
internal static class EnvironmentName
{
    /// <summary>Accepts what tab completion of the file system leaves: back slashes, <c>./</c> and a trailing slash.</summary>
    public static string Normalize(string name)
    {
        var text = name.Replace('\\', '/').TrimEnd('/');
        return text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
    }
}
