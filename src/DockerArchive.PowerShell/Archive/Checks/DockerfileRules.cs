using System.Text.RegularExpressions;
using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>Rules for the <c>Dockerfile</c> of the root file system, and its ARGs.</summary>
internal static partial class DockerfileRules
{
    private const string Rule = "DockerfileArg";

    /// <summary>What every Dockerfile may have and no page explains: Docker's own, and Debian's.</summary>
    private static readonly string[] WellKnown = ["DEBIAN_FRONTEND", "TARGETARCH", "TARGETOS", "TARGETPLATFORM", "BUILDPLATFORM", "SOURCE_DATE_EPOCH"];

    public static IEnumerable<ArchiveFinding> Check(ArchiveEnv env)
    {
        var file = CheckedFile.Read(env, "Dockerfile");
        if (!File.Exists(file.Path))
        {
            if (!File.Exists(Path.Combine(env.Directory, "build.sh")))
                yield return file.Warning("DockerfileMissing", null, "The file does not exist, so this environment can be started but not built.");
            yield break;
        }

        var told = ToldArguments(env, file);
        var version = BuildkitVersion.Parse(env.Version.Text);
        var (global, stage, inStage) = (new HashSet<string>(WellKnown), new HashSet<string>(WellKnown), false);
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var words = file.Lines[i].Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
            var (instruction, rest) = (words[0].ToUpperInvariant(), words.Length > 1 ? words[1] : "");
            if (instruction == "FROM")
                (inStage, stage) = (true, new HashSet<string>(WellKnown));

            // In a RUN, variables are the shell's; here they can only be the Dockerfile's.
            if (instruction is "FROM" or "ADD" or "COPY")
            {
                foreach (var name in Variable().Matches(rest).Select(m => m.Groups["name"].Value).Distinct())
                {
                    if (!(instruction == "FROM" ? global : stage).Contains(name))
                        yield return file.Error(Rule, i + 1, $"{name} is not declared {(instruction == "FROM" ? "before the first FROM" : "in this stage")}, so it is empty here.");
                }
            }

            if (instruction is not ("ARG" or "ENV"))
                continue;
            foreach (Match declared in Declaration().Matches(rest))
            {
                var name = declared.Groups["name"].Value;
                var isNew = (inStage ? stage : global).Add(name) && !(inStage && global.Contains(name));
                if (instruction == "ARG" && isNew && told is not null && !told.Contains(name))
                    yield return file.Warning(Rule, i + 1, $"README.md does not tell what {name} is for.");
            }

            if (instruction == "ARG" && version is not null && Release().Match(rest) is { Success: true } release && release.Groups["version"].Value != version.Release)
                yield return file.Error(Rule, i + 1, $"It takes BuildKit {release.Groups["version"].Value}, not {version.Release}.");
        }
    }

    /// <summary>The ARGs that README.md speaks of; null where it speaks of none, as the public archives' pages do not.</summary>
    private static HashSet<string>? ToldArguments(ArchiveEnv env, CheckedFile dockerfile)
    {
        var readme = string.Join('\n', CheckedFile.Read(env, "README.md").Lines);
        var declared = dockerfile.Lines
            .Select(l => Argument().Match(l))
            .Where(m => m.Success)
            .Select(m => m.Groups["name"].Value)
            .Where(name => !WellKnown.Contains(name));
        HashSet<string> told = [.. declared.Where(name => readme.Contains($"`{name}`", StringComparison.Ordinal))];
        return told.Count > 0 ? [.. told, .. WellKnown] : null;
    }

    [GeneratedRegex(@"^\s*ARG\s+(?<name>[A-Za-z_]\w*)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Argument();

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_]\w*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<=^|\s)(?<name>[A-Za-z_]\w*)(?==|\s|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"/moby/buildkit/releases/download/(?<version>v\d[^/$]*)/", RegexOptions.ExplicitCapture)]
    private static partial Regex Release();
}
