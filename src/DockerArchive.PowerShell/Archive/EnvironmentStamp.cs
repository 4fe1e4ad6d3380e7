using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using DockerArchive.Catalog;

namespace DockerArchive.Archive;

/// <summary>
/// An environment's files, made from the templates in <c>dqd/environment</c>. In a template, <c>{{…}}</c> stands for a
/// fact; a line whose fact this version does not have is left out.
/// </summary>
internal static partial class EnvironmentStamp
{
    private static string Templates => Path.Combine(ModuleDirectory.Path, "dqd", "environment");

    /// <summary>The groups that have templates.</summary>
    public static IEnumerable<string> Groups =>
        Directory.EnumerateDirectories(Templates).Select(d => Path.GetFileName(d)).Where(g => g != "common").Order(StringComparer.Ordinal);

    /// <summary>Names and texts of the files.</summary>
    /// <param name="group">First part of the environment's name.</param>
    /// <param name="row">The version's facts.</param>
    /// <param name="upon">The facts of the environment that a debug environment builds upon.</param>
    /// <exception cref="ArchiveException">A template is missing or names what there is not.</exception>
    public static SortedDictionary<string, string> Files(string group, EnvironmentRow row, EnvironmentRow? upon)
    {
        try
        {
            var folder = Path.Combine(Templates, group);
            var facts = Facts(group, row, upon);
            string[] sources = [Path.Combine(Templates, "common"), Path.Combine(folder, upon is null ? "release" : "debug")];
            if (upon is null)
            {
                var units = Units(folder, row.Version);
                facts["unit note"] = Fill(File.ReadAllText(Path.Combine(units, NoteFile)), facts).TrimEnd('\n');
                sources = [.. sources, units];
            }

            var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in sources.SelectMany(Directory.EnumerateFiles).Where(f => Path.GetFileName(f) != NoteFile))
                files[Path.GetFileName(file).Replace("dot_", ".", StringComparison.Ordinal)] = Fill(File.ReadAllText(file), facts);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            throw new ArchiveException(
                "TemplateMissing", ErrorCategory.ObjectNotFound, $"{group}/{row.Version}", $"The templates in {Templates} cannot be used: {e.Message}", e);
        }
    }

    private const string NoteFile = "note.md";

    /// <summary>The units of the newest version that is not newer: BuildKit's own changed twice.</summary>
    private static string Units(string folder, string version) =>
        Directory.EnumerateDirectories(Path.Combine(folder, "units"))
            .OrderBy(d => Path.GetFileName(d), EnvironmentOrder.Instance)
            .LastOrDefault(d => EnvironmentOrder.Instance.Compare(Path.GetFileName(d), version) <= 0)
        ?? throw new DirectoryNotFoundException($"{Path.Combine(folder, "units")} has no units for {version}.");

    private static Dictionary<string, string?> Facts(string group, EnvironmentRow row, EnvironmentRow? upon)
    {
        var name = $"{group}/{row.Version}";
        var facts = new Dictionary<string, string?>
        {
            ["name"] = name,
            ["version"] = row.Version,
            ["image"] = Image(name),
            ["image version"] = row.ImageVersion,
            ["project"] = Project(name),
            ["port"] = Port(row.Port),
            ["runc"] = row.Runc,
            ["kernel arguments"] = row.KernelArguments is { Length: > 0 } kernel ? kernel : null,
            ["packages"] = row.Packages is { Length: > 0 } packages ? packages : null,
            ["more packages"] = row.Packages.Length > 0 ? $" {row.Packages}" : "",
        };
        if (upon is not null)
        {
            var uponName = $"{group}/{upon.Version}";
            facts["debug port"] = Port(row.Port + 1);
            facts["base name"] = uponName;
            facts["base version"] = upon.Version;
            facts["base image"] = Image(uponName);
            facts["base image version"] = upon.ImageVersion;
        }

        return facts;
    }

    /// <summary><c>IMAGE</c> of an environment: <c>buildkit-v0.4.0</c>.</summary>
    private static string Image(string name) => name.Replace('/', '-');

    /// <summary><c>COMPOSE_PROJECT_NAME</c> by the archives' rule: <c>buildkit-0-4-0</c>.</summary>
    public static string Project(string name) =>
        VersionLetter().Replace(name, "").Replace('/', '-').Replace('.', '-').ToLowerInvariant();

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static string Fill(string template, Dictionary<string, string?> facts) =>
        string.Join('\n', template.ReplaceLineEndings("\n").Split('\n').Select(line => FillLine(line, facts)).OfType<string>());

    private static string? FillLine(string line, Dictionary<string, string?> facts) =>
        Placeholder().Matches(line).Any(m => facts[m.Groups[1].Value] is null)
            ? null
            : Placeholder().Replace(line, m => facts[m.Groups[1].Value]!);

    [GeneratedRegex(@"\{\{([a-z ]+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?<=^|[-/])v(?=\d)", RegexOptions.IgnoreCase)]
    private static partial Regex VersionLetter();
}
