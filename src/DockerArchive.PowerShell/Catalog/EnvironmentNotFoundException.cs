using System.Management.Automation;

namespace DockerArchive.Catalog;

/// <summary>No environment, or no instance, has the given name.</summary>
public sealed class EnvironmentNotFoundException : ArchiveException
{
    internal EnvironmentNotFoundException(string name, IEnumerable<string> known, IEnumerable<string> roots)
        : base("EnvironmentNotFound", ErrorCategory.ObjectNotFound, name, Text(name, known, roots))
    {
    }

    private static string Text(string name, IEnumerable<string> known, IEnumerable<string> roots)
    {
        var near = NearestName.Find(name, known);
        var remedy = near.Count > 0
            ? $"Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?"
            : "Get-ArchiveEnv lists what there is.";
        return $"No environment is named '{name}' under {string.Join(", ", roots)}. {remedy}";
    }
}
