using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>The environments under one or more roots, as their files describe them.</summary>
internal sealed class ArchiveCatalog
{
    /// <summary>What was read of each directory before; it is read anew when one of its texts or variables is another.</summary>
    private static readonly ConcurrentDictionary<string, (EnvironmentFiles Files, ShellVariables Shell, ArchiveEnv Env)> Known =
        new(StringComparer.Ordinal);

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
        var files = EnvironmentFiles.Read(directory);
        if (Known.TryGetValue(directory, out var known) && known.Env.Name == name && known.Files == files && known.Shell.AreUnchanged)
            return known.Env;

        var shell = new ShellVariables();
        var settings = ReadSettings(directory, files.Settings, shell);
        var project = files.ComposeFile is null ? null : ReadProject(directory, settings, shell, [], null);
        var env = Describe(name, directory, files, settings, project);
        if (project is not { ExtendedFiles.Count: > 0 })
            Known[directory] = (files, shell, env);
        return env;
    }

    private static ArchiveEnv Describe(
        string name,
        string directory,
        EnvironmentFiles files,
        IReadOnlyDictionary<string, string> settings,
        ComposeProject? project)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var image = settings.GetValueOrDefault("IMAGE") ?? name.Replace('/', '-');
        var version = settings.GetValueOrDefault("VERSION") ?? "latest";
        var machine = project?.Services.FirstOrDefault(s => s.Name == "vm") ?? project?.Services[0];
        var ports = project?.Services.SelectMany(s => s.Ports).ToList() ?? [];
        var dqd = machine?.Image ?? $"{DefaultRepository}:{image}_{version}";
        var ctr = CtrReference(dqd);
        var readme = files.Readme is null ? null : Readme.Parse(files.Readme);
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
            Overlays = files.Overlays.Split('\n', StringSplitOptions.RemoveEmptyEntries),
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
        ReadProject(env.Directory, env.Settings, new ShellVariables(), overlays, project ?? env.Project);

    private const string DefaultRepository = "ssst0n3/docker_archive";

    private static ComposeProject ReadProject(
        string directory,
        IReadOnlyDictionary<string, string> settings,
        ShellVariables shell,
        IReadOnlyList<string> overlays,
        string? project)
    {
        var files = EnvironmentFiles.ComposeFilesIn(directory, overlays);
        if (files.Length == 0)
            throw new BrokenEnvironmentException(Path.Combine(directory, "docker-compose.yml"), null, "the file does not exist, so this environment can be built but not started");

        return ComposeReader.Read(new ComposeSource
        {
            Project = project ?? ProjectName.OfSettings(settings),
            Directory = directory,
            Files = files,
            Lookup = name => shell.Get(name) ?? settings.GetValueOrDefault(name),
        });
    }

    private static IReadOnlyDictionary<string, string> ReadSettings(string directory, string text, ShellVariables shell)
    {
        try
        {
            return DotEnv.Parse(text, shell.Get);
        }
        catch (FormatException e)
        {
            var colon = e.Message.IndexOf(':', StringComparison.Ordinal);
            throw new BrokenEnvironmentException(
                Path.Combine(directory, ".env"),
                long.Parse(e.Message[..colon], CultureInfo.InvariantCulture),
                e.Message[(colon + 2)..],
                e);
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
