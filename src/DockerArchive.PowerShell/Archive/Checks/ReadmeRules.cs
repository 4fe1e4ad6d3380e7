using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>Rules for the first lines of <c>README.md</c>: the title, and the images' names.</summary>
internal static class ReadmeRules
{
    private const string Rule = "Readme";

    public static IEnumerable<ArchiveFinding> Check(ArchiveEnv env)
    {
        var file = CheckedFile.Read(env, "README.md");
        if (file.Lines.Count == 0)
        {
            yield return file.Warning(Rule, null, "The file is missing or empty.");
            yield break;
        }

        // "buildkit v0.4.0" is buildkit/v0.4.0, as is "buildkit in docker v20.10.24" buildkit/docker-v20.10.24.
        var title = file.Lines[0].TrimStart('#', ' ').Split(' ', '-', '/');
        if (!file.Lines[0].StartsWith("# ", StringComparison.Ordinal) || env.Name.Split('/', '-').Any(w => !title.Contains(w, StringComparer.OrdinalIgnoreCase)))
        {
            yield return file.Warning(Rule, 1, $"The first line is not a title with all of {env.Name}, such as '# {env.Name.Replace('/', ' ')}'.");
        }

        var head = file.Lines.TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)).ToArray();
        foreach (var image in new[] { env.Image, env.CtrImage }.Where(i => !Array.Exists(head, l => l.Contains(i, StringComparison.Ordinal))))
            yield return file.Warning(Rule, null, $"The image {image} is not named before the first section.");
    }
}
