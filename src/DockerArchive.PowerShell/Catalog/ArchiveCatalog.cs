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
        MaxRecursionDepth = 6,
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
            foreach (var file in Directory.EnumerateFiles(root, ".env", Tree))
            {
                var directory = Path.GetDirectoryName(file)!;
                var name = Path.GetRelativePath(root, directory).Replace(Path.DirectorySeparatorChar, '/');
                if (name != ".")
                    yield return (name, directory);
            }
        }
    }

    /// <summary>Reads the environment in <paramref name="directory"/>.</summary>
    /// <exception cref="BrokenEnvironmentException">One of its files is missing or malformed.</exception>
    public static ArchiveEnv Read(string name, string directory)
    {
        var settings = ReadSettings(directory);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var image = settings.GetValueOrDefault("IMAGE") ?? name.Replace('/', '-');
        var version = settings.GetValueOrDefault("VERSION") ?? "latest";
        var service = ComposeFiles(directory).Length == 0 ? null : ReadService(directory, settings, []);
        var dqd = service?.Image ?? $"{DefaultRepository}:{image}_{version}";
        return new ArchiveEnv
        {
            Name = name,
            Group = slash < 0 ? name : name[..slash],
            Version = slash < 0 ? "" : name[(slash + 1)..],
            Title = ReadTitle(directory),
            Directory = directory,
            Project = settings.GetValueOrDefault("COMPOSE_PROJECT_NAME") ?? ProjectName(directory),
            Image = dqd,
            CtrImage = CtrReference(dqd),
            SshPort = service?.Ports.FirstOrDefault(p => p.ContainerPort == 22)?.HostPort,
            Settings = settings,
        };
    }

    /// <summary>The environment's virtual machine as compose would run it, with the named overlays where they exist.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="overlays">Names such as <c>kvm</c>, for <c>docker-compose.kvm.yml</c>.</param>
    public static ComposeService ReadService(ArchiveEnv env, IReadOnlyList<string> overlays) =>
        ReadService(env.Directory, env.Settings, overlays);

    /// <summary>Full paths of the compose files that <see cref="ReadService(ArchiveEnv, IReadOnlyList{string})"/> reads.</summary>
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

    private static ComposeService ReadService(
        string directory, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> overlays)
    {
        var files = ComposeFiles(directory, overlays);
        if (files.Length == 0)
            throw new BrokenEnvironmentException(Path.Combine(directory, "docker-compose.yml"), null, "the file does not exist, so this environment can be built but not started");

        var services = ComposeReader.Read(
            files, name => Environment.GetEnvironmentVariable(name) ?? settings.GetValueOrDefault(name));
        return services switch
        {
            [var only] => only,
            [] => throw new BrokenEnvironmentException(files[0], null, "it has no services"),
            _ => throw new BrokenEnvironmentException(
                files[0], null, $"it has {services.Count} services; environments of more than one machine are not supported yet"),
        };
    }

    private static IReadOnlyDictionary<string, string> ReadSettings(string directory)
    {
        var file = Path.Combine(directory, ".env");
        try
        {
            return DotEnv.Parse(File.ReadAllText(file));
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

    private static string? ReadTitle(string directory)
    {
        var readme = Path.Combine(directory, "README.md");
        return File.Exists(readme)
            ? File.ReadLines(readme).FirstOrDefault(l => l.StartsWith("# ", StringComparison.Ordinal))?[2..].Trim()
            : null;
    }

    /// <summary>docker_archive keeps both images in one repository (<c>ctr_…</c>), dqd in one repository per environment (<c>:ctr_…</c>); the rule is the same.</summary>
    private static string CtrReference(string dqd)
    {
        var colon = dqd.LastIndexOf(':');
        return colon > dqd.LastIndexOf('/') ? $"{dqd[..colon]}:ctr_{dqd[(colon + 1)..]}" : $"{dqd}:ctr_latest";
    }

    private static string ProjectName(string directory) =>
        new([.. Path.GetFileName(directory).ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')]);
}
