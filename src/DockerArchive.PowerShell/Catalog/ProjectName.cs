namespace DockerArchive.Catalog;

/// <summary>Where compose takes a project's name from, when nobody gives one.</summary>
internal static class ProjectName
{
    /// <summary>The variable that has it, for compose itself and inside compose files.</summary>
    public const string Variable = "COMPOSE_PROJECT_NAME";

    /// <summary>What <c>.env</c> says; null where it says nothing.</summary>
    public static string? OfSettings(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault(Variable) is { Length: > 0 } name ? name : null;

    /// <summary>What the last of the files says with <c>name</c>; null where none does.</summary>
    /// <exception cref="BrokenEnvironmentException">A file is missing or malformed.</exception>
    public static string? OfFiles(ComposeSource source)
    {
        var name = source.Files
            .SelectMany(ComposeDocuments.Parse)
            .Select(d => d.Root["name"])
            .OfType<ComposeScalar>()
            .LastOrDefault(n => !n.IsNull && n.Text.Length > 0);
        return name is null ? null : Normalize(ComposeInterpolation.Expand(name, source.Lookup)) is { Length: > 0 } normal ? normal : null;
    }

    public static string OfDirectory(string directory) => Normalize(Path.GetFileName(directory));

    private static string Normalize(string name) =>
        new string([.. name.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')]).TrimStart('-', '_');
}
