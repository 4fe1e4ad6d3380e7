namespace DockerArchive.Catalog;

/// <summary>The shell's variables, with a note of those that were asked for.</summary>
internal sealed class ShellVariables
{
    private readonly Dictionary<string, string?> _asked = new(StringComparer.Ordinal);

    public string? Get(string name) => _asked[name] = Environment.GetEnvironmentVariable(name);

    /// <summary>Whether all that were asked for are what they were.</summary>
    public bool AreUnchanged => _asked.All(v => Environment.GetEnvironmentVariable(v.Key) == v.Value);
}
