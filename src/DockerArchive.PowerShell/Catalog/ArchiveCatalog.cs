using System.IO.Enumeration;
using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>The environments under one or more roots, as their files describe them.</summary>
internal sealed class ArchiveCatalog
{
    /// <summary>Compose's own name for the file, newest spelling first.</summary>
    private static readonly string[] ComposeFileNames =
        ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

    private static readonly EnumerationOptions Tree = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.System,
        IgnoreInaccessible = true,
    };

    private ArchiveCatalog(IReadOnlyList<string> roots) => Roots = roots;

    /// <summary>Full paths, searched in this order; the first that has a name wins.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>
    /// The roots a user asked for; otherwise those of <c>DOCKERARCHIVE_ROOT</c> (separated as <c>PATH</c> is) and the
    /// module's own.
    /// </summary>
    public static ArchiveCatalog Open(IReadOnlyList<string>? roots)
    {
        if (roots is not { Count: > 0 })
        {
            var fromVariable = Environment.GetEnvironmentVariable("DOCKERARCHIVE_ROOT") ?? "";
            roots =
            [
                .. fromVariable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
                ModuleDirectory.Path,
            ];
        }

        return new ArchiveCatalog([.. roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Names of all environments, without reading any file.</summary>
    public IEnumerable<string> Names() =>
        Directories().Select(d => d.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Name and directory of everything that has a <c>.env</c>.</summary>
    public IEnumerable<(string Name, string Directory)> Directories()
    {
        foreach (var root in Roots.Where(Directory.Exists))
        {
            foreach (var directory in WithSettings(root))
                yield return (Path.GetRelativePath(root, directory).Replace(Path.DirectorySeparatorChar, '/'), directory);
        }
    }

    /// <summary>The directories below a root that have a <c>.env</c>. Links are not followed, and what begins with a dot is not searched.</summary>
    private static FileSystemEnumerable<string> WithSettings(string root) =>
        new(root, static (ref FileSystemEntry entry) => entry.Directory.ToString(), Tree)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) =>
                entry.FileName is ".env" && !entry.IsDirectory && entry.Directory.Length > entry.RootDirectory.Length,
            ShouldRecursePredicate = static (ref FileSystemEntry entry) =>
                entry.FileName is not ['.', ..] && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };

    /// <summary>Reads the environment in <paramref name="directory"/>.</summary>
    /// <exception cref="BrokenEnvironmentException">One of its files is missing or malformed.</exception>
    public static ArchiveEnv Read(string name, string directory)
    {
        var settings = ReadSettings(directory);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var image = settings.GetValueOrDefault("IMAGE") ?? name.Replace('/', '-');
        var version = settings.GetValueOrDefault("VERSION") ?? "latest";
        var main = ComposeFiles(directory).FirstOrDefault();
        var project = main is null ? null : ReadProject(directory, settings, [], null);
        var machine = project?.Services.FirstOrDefault(s => s.Name == "vm") ?? project?.Services[0];
        var ports = project?.Services.SelectMany(s => s.Ports).ToList() ?? [];
        var dqd = machine?.Image ?? $"{DefaultRepository}:{image}_{version}";
        var ctr = CtrReference(dqd);
        var readme = Readme.Read(Path.Combine(directory, "README.md"));
        return new ArchiveEnv
        {
            Name = name,
            Group = slash < 0 ? name : name[..slash],
            Version = ArchiveVersion.Parse(slash < 0 ? "" : name[(slash + 1)..]),
            Title = readme?.Title,
            Usage = readme?.Usage,
            Directory = directory,
            Project = project?.Name ?? ProjectName.OfSettings(settings) ?? ProjectName.OfDirectory(directory),
            Image = dqd,
            ImageAlias = Alias(dqd, version),
            CtrImage = ctr,
            CtrImageAlias = ctr.EndsWith($":ctr_{version}", StringComparison.Ordinal) ? null : Alias(ctr, version),
            Ports = [.. ports.Select(p => p.ToString())],
            Overlays = main is null ? [] : Overlays(main),
            SshPort = ports.Find(p => p.ContainerPort == 22)?.HostPort,
            Settings = settings,
        };
    }

    /// <summary>The environment's compose project as compose would run it, with the named overlays where they exist.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="overlays">Names such as <c>kvm</c>, for <c>docker-compose.kvm.yml</c>.</param>
    /// <param name="project">Another name for the project than the environment's.</param>
    /// <exception cref="BrokenEnvironmentException">One of its files is missing or malformed.</exception>
    public static ComposeProject ReadProject(ArchiveEnv env, IReadOnlyList<string> overlays, string? project = null) =>
        ReadProject(env.Directory, env.Settings, overlays, project ?? env.Project);

    /// <summary>Full paths of the compose files that <see cref="ReadProject(ArchiveEnv, IReadOnlyList{string}, string?)"/> reads.</summary>
    public static string[] ComposeFiles(string directory, params IReadOnlyList<string> overlays)
    {
        var main = ComposeFileNames.Select(n => Path.Combine(directory, n)).FirstOrDefault(File.Exists);
        if (main is null)
            return [];
        var stem = Path.Combine(directory, Path.GetFileNameWithoutExtension(main));
        var overlayFiles = overlays.Select(o => $"{stem}.{o}{Path.GetExtension(main)}").Where(File.Exists);
        return [main, .. overlayFiles];
    }

    private const string DefaultRepository = "ssst0n3/docker_archive";

    private static ComposeProject ReadProject(
        string directory, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> overlays, string? project)
    {
        var files = ComposeFiles(directory, overlays);
        if (files.Length == 0)
            throw new BrokenEnvironmentException(Path.Combine(directory, "docker-compose.yml"), null, "the file does not exist, so this environment can be built but not started");

        return ComposeReader.Read(new ComposeSource
        {
            Project = project ?? ProjectName.OfSettings(settings),
            Directory = directory,
            Files = files,
            Lookup = name => Environment.GetEnvironmentVariable(name) ?? settings.GetValueOrDefault(name),
        });
    }

    private static IReadOnlyDictionary<string, string> ReadSettings(string directory)
    {
        var file = Path.Combine(directory, ".env");
        try
        {
            return DotEnv.Parse(File.ReadAllText(file), Environment.GetEnvironmentVariable);
        }
        catch (FormatException e)
        {
            var colon = e.Message.IndexOf(':', StringComparison.Ordinal);
            throw new BrokenEnvironmentException(
                file,
                long.Parse(e.Message[..colon], System.Globalization.CultureInfo.InvariantCulture),
                e.Message[(colon + 2)..],
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(file, null, e.Message, e);
        }
    }

    /// <summary>Names of the overlays in an environment's directory.</summary>
    public static IReadOnlyList<string> OverlaysIn(string directory) =>
        ComposeFiles(directory) is [var main, ..] ? Overlays(main) : [];

    /// <summary>Names of the overlays beside the compose file.</summary>
    private static string[] Overlays(string main)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(main) + ".", Path.GetExtension(main));
        try
        {
            return
            [
                .. Directory.EnumerateFiles(Path.GetDirectoryName(main)!, $"{stem}*{extension}")
                    .Select(Path.GetFileName)
                    .Where(file => file!.Length > stem.Length + extension.Length)
                    .Select(file => file![stem.Length..^extension.Length])
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(Path.GetDirectoryName(main)!, null, e.Message, e);
        }
    }

    /// <summary>docker_archive leaves the version out (<c>buildkit-v0.4.0_v0.1.0</c>), dqd has <c>latest</c> in its place.</summary>
    private static string? Alias(string reference, string version)
    {
        var colon = reference.LastIndexOf(':');
        if (colon <= reference.LastIndexOf('/'))
            return null;
        if (reference.EndsWith("_" + version, StringComparison.Ordinal))
            return reference[..^(version.Length + 1)];
        return reference[(colon + 1)..] == version ? $"{reference[..colon]}:latest" : null;
    }

    /// <summary>docker_archive keeps both images in one repository (<c>ctr_…</c>), dqd in one repository per environment (<c>:ctr_…</c>); the rule is the same.</summary>
    private static string CtrReference(string dqd)
    {
        var colon = dqd.LastIndexOf(':');
        return colon > dqd.LastIndexOf('/') ? $"{dqd[..colon]}:ctr_{dqd[(colon + 1)..]}" : $"{dqd}:ctr_latest";
    }
}
