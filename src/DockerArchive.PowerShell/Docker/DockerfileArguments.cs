using System.Text.RegularExpressions;

namespace DockerArchive.Docker;

/// <summary>The build arguments that a Dockerfile declares.</summary>
internal static partial class DockerfileArguments
{
    public static HashSet<string> Read(string path) =>
        File.Exists(path)
            ? [.. Declaration().Matches(File.ReadAllText(path)).SelectMany(line => Name().Matches(line.Groups[1].Value).Select(name => name.Value))]
            : [];

    [GeneratedRegex(@"^[ \t]*ARG[ \t]+(.+)$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Declaration();

    /// <summary>One line may declare several; a name begins a word, and a value that has blanks is quoted.</summary>
    [GeneratedRegex(@"(?<=^|[ \t])[A-Za-z_][A-Za-z0-9_]*(?=$|[ \t=\r])")]
    private static partial Regex Name();
}
