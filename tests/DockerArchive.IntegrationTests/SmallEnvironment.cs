using System.Management.Automation;

// Machines that boot beside one another on few processors only wait for each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace DockerArchive.IntegrationTests;

/// <summary>
/// An environment <c>small</c> of the small guest, in a root and with a project of its own. At its end nothing may be left of it:
/// no container, network, volume, pinned key or process.
/// </summary>
public sealed class SmallEnvironment : IDisposable
{
    public const string Name = "small";

    private readonly long _since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public SmallEnvironment()
    {
        Write();
    }

    internal ModuleRunspace Module { get; } = new();

    public string Root { get; } = System.IO.Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public string Project { get; } = $"dockerarchive-test-{Guid.NewGuid().ToString("n")[..8]}";

    public string Directory => Path.Combine(Root, Name);

    /// <summary>Writes the environment's files.</summary>
    /// <param name="append">What the kernel's command line has beside its own: see <c>tests/small-guest/init</c>.</param>
    /// <param name="more">Lines of YAML that the service has beside its own.</param>
    /// <param name="image">Another image than the small guest's.</param>
    /// <param name="port">How its sshd is published.</param>
    internal void Write(string append = "", string more = "", string? image = null, string port = "127.0.0.1::22") => WriteCompose(
        $$"""
        services:
          vm:
            image: {{image ?? SmallGuest.Runner}}
            ports: ["{{port}}"]
            tty: true
            environment:
              MEMORY: 256M
              SMP: "1"
              APPEND: "{{append}}"
        {{more}}

        """);

    /// <summary>Writes the environment with a compose file of the test's own.</summary>
    internal void WriteCompose(string yaml)
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(Path.Combine(Directory, ".env"), $"VERSION=v0\nIMAGE=small\nCOMPOSE_PROJECT_NAME={Project}\n");
        File.WriteAllText(Path.Combine(Directory, "docker-compose.yml"), yaml);
    }

    /// <summary>Runs a script that knows the environment's root as <c>$root</c>.</summary>
    internal RunResult Run(string script) => Module.Run(script, ("root", Root));

    internal IReadOnlyList<PSObject> Succeeded(string script) => RunningEnvironment.Succeeded(Run(script));

    /// <summary>Begins a script in a runspace of its own.</summary>
    internal BackgroundScript Begin(string script) => new(Root, script);

    /// <summary>Containers of all instances, by default whatever their state.</summary>
    internal string[] Containers(string? state = null) =>
    [
        .. Lines(Cli.Docker("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}} {{.Names}}"))
            .Select(line => line.Split(' '))
            .Where(words => IsOurs(words[2]) && words[1] == (state ?? words[1]))
            .Select(words => words[0]),
    ];

    /// <summary>Waits until there is a container, and gives its id.</summary>
    internal string WaitForContainer(string? state = null)
    {
        string[] found = [];
        Wait.Until(() => (found = Containers(state)).Length > 0, $"a container of {Project}");
        return found[0];
    }

    /// <summary>Waits until a guest's console shows a text.</summary>
    internal static void WaitForConsole(string container, string text) =>
        Wait.Until(() => Cli.Docker("logs", container).Contains(text, StringComparison.Ordinal), $"'{text}' on the console of {container}");

    /// <summary>What Docker has of it.</summary>
    internal string Remains() => string.Join('\n', Containers().Concat(Networks()).Concat(Volumes()));

    public void Dispose()
    {
        Run($"Remove-ArchiveEnv {Name} -Root $root -Force -ErrorAction Ignore");
        Module.Dispose();
        var remains = Remains();
        foreach (var container in Containers())
            Cli.Docker("rm", "-f", "-v", container);
        foreach (var network in Networks())
            Cli.Docker("network", "rm", network);
        foreach (var volume in Volumes())
            Cli.Docker("volume", "rm", volume);
        System.IO.Directory.Delete(Root, recursive: true);

        Assert.Equal("", remains);
        foreach (var container in Created())
        {
            Assert.False(File.Exists(PinOf(container)), $"The host key of {container} is still pinned.");
            Assert.Empty(ProcessesOf(container));
        }
    }

    internal static string PinOf(string container) => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
            ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
        "dockerarchive",
        "host-keys",
        container);

    private string[] Networks() => [.. Lines(Cli.Docker("network", "ls", "--format", "{{.Name}}")).Where(IsOurs)];

    private string[] Volumes() => [.. Lines(Cli.Docker("volume", "ls", "-q")).Where(IsOurs)];

    private bool IsOurs(string name) => name.StartsWith(Project, StringComparison.Ordinal);

    /// <summary>All containers that the engine made of it, by the engine's own account.</summary>
    private string[] Created() =>
    [
        .. Lines(Cli.Docker(
                "events", "--since", $"{_since}", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}",
                "--filter", "type=container", "--filter", "event=create", "--format", "{{.ID}} {{.Actor.Attributes.name}}"))
            .Select(line => line.Split(' ')).Where(words => IsOurs(words[1])).Select(words => words[0]),
    ];

    private static string[] ProcessesOf(string container) =>
    [
        .. System.IO.Directory.GetDirectories("/proc").Where(process =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cgroup")).Contains(container, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }),
    ];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
