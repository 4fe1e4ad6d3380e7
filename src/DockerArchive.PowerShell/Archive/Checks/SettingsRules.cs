using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>Rules for <c>.env</c>.</summary>
internal static class SettingsRules
{
    private static readonly string[] Required = ["VERSION", "IMAGE", "COMPOSE_PROJECT_NAME"];

    public static IEnumerable<ArchiveFinding> Check(ArchiveEnv env, ILookup<string, string> projects)
    {
        var file = CheckedFile.Read(env, ".env");
        foreach (var key in Required.Where(k => !env.Settings.ContainsKey(k)))
            yield return file.Error("SettingMissing", null, $"{key} is not set.");

        var line = file.LineOf(l => l.Contains("COMPOSE_PROJECT_NAME", StringComparison.Ordinal));
        if (projects[env.Project].FirstOrDefault(n => n != env.Name) is { } other)
            yield return file.Error("ProjectUnique", line, $"{other} has the project name {env.Project} too, so compose takes both for one.");
        var expected = EnvironmentStamp.Project(env.Name);
        if (line is not null && env.Project != expected)
            yield return file.Warning("ProjectName", line, $"The project is named {env.Project}; by the archive's rule it is {expected}.");
    }
}
