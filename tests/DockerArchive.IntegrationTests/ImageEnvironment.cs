namespace DockerArchive.IntegrationTests;

/// <summary>An environment with images of a few bytes, in a root and under names of its own. At its end none of these is left.</summary>
public sealed class ImageEnvironment : IDisposable
{
    public const string Name = "images/v1.0.0";

    private readonly string _id = $"dockerarchive-test-{Guid.NewGuid().ToString("n")[..8]}";
    private int _made;

    public ImageEnvironment()
    {
        Repository = $"{_id}/archive";
        Write(Name, Repository);
    }

    internal ModuleRunspace Module { get; } = new();

    public string Root { get; } = System.IO.Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public string Directory => Path.Combine(Root, Name);

    /// <summary>What its images' names have before their tags.</summary>
    public string Repository { get; private set; }

    public string Project => _id;

    public string Overlay => Path.Combine(Directory, "docker-compose.mirror.yml");

    /// <summary>The names of an environment's images: ctr and dqd, and then their aliases.</summary>
    public static string[] Tags(string name = Name)
    {
        var image = name.Replace('/', '-');
        return [$"ctr_{image}_v0.1.0", $"{image}_v0.1.0", $"ctr_{image}", image];
    }

    /// <summary>Has the images lie in a registry.</summary>
    public void MoveTo(string registry)
    {
        Repository = $"{registry}/{_id}/archive";
        Write(Name, Repository);
    }

    /// <summary>Writes an environment's files.</summary>
    public void Write(string name, string repository, string more = "")
    {
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        File.WriteAllText(
            Path.Combine(directory, ".env"),
            $"VERSION=v0.1.0\nIMAGE={name.Replace('/', '-')}\nCOMPOSE_PROJECT_NAME={_id}{(name == Name ? "" : "-other")}\n");
        File.WriteAllText(
            Path.Combine(directory, "docker-compose.yml"),
            $$"""
            services:
              vm:
                image: {{repository}}:${IMAGE}_${VERSION}
                ports: ["127.0.0.1::22"]
                command: [/hello, waits, "1000", "1000"]
            {{more}}
            """);
    }

    /// <summary>Makes an image that no other is like.</summary>
    /// <param name="tag">Its name in the repository.</param>
    /// <param name="bytes">How large it is besides the program.</param>
    /// <returns>Its id.</returns>
    public string Make(string tag, int bytes = 100)
    {
        var tree = System.IO.Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
        File.Copy(Path.Combine(ModuleRunspace.Root, "examples", "hello", "hello"), Path.Combine(tree, "hello"));
        File.WriteAllBytes(Path.Combine(tree, $"random-{++_made}"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(bytes));
        var id = Cli.Run("sh", "-c", "tar -C \"$1\" -cf - . | docker import - \"$2\"", "sh", tree, $"{Repository}:{tag}");
        System.IO.Directory.Delete(tree, recursive: true);
        Assert.StartsWith("sha256:", id, StringComparison.Ordinal);
        return id;
    }

    /// <summary>Makes ctr and dqd, as Build-ArchiveEnv names them.</summary>
    public void MakeImages()
    {
        Make(Tags()[0]);
        Make(Tags()[1]);
    }

    /// <summary>All names here of its images, whatever the registry.</summary>
    public string[] Local() =>
    [
        .. Cli.Docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Split('\n')
            .Where(name => name.Contains(_id, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    public static string IdOf(string reference) => Cli.Docker("image", "inspect", "--format", "{{.Id}}", reference);

    /// <summary>Runs a script that knows the root as <c>$root</c>.</summary>
    internal RunResult Run(string script) => Module.Run(script, ("root", Root));

    public void Dispose()
    {
        Run("Remove-ArchiveEnv images/* -Root $root -Force -ErrorAction Ignore");
        Module.Dispose();
        foreach (var image in Cli.Docker("image", "ls", "--format", "{{.ID}} {{.Repository}}").Split('\n').Where(line => line.Contains(_id, StringComparison.Ordinal)))
            Cli.Docker("rmi", "-f", image.Split(' ')[0]);
        System.IO.Directory.Delete(Root, recursive: true);
        Assert.Equal("", Cli.Remains(Project));
    }
}
