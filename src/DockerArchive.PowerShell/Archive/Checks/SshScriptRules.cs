using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>Rules for <c>ssh</c>, the script that enters the guest without the module.</summary>
internal static class SshScriptRules
{
    private const string Rule = "SshScript";

    public static IEnumerable<ArchiveFinding> Check(ArchiveEnv env)
    {
        if (env.SshPort is null)
            yield break;
        var file = CheckedFile.Read(env, "ssh");
        if (!File.Exists(file.Path))
            yield return file.Warning(Rule, null, "The script does not exist, so the guest is entered with the module only.");
        else if (!file.Lines.FirstOrDefault("").StartsWith("#!", StringComparison.Ordinal))
            yield return file.Error(Rule, 1, "The first line does not name an interpreter (#!/bin/sh).");
        else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.Path) & UnixFileMode.UserExecute) == 0)
            yield return file.Error(Rule, null, "The script is not executable: chmod +x ssh");
    }
}
