using System.Management.Automation;
using DockerArchive.EngineTests.Cmdlets;

namespace DockerArchive.SshTests;

/// <summary>
/// An environment that stands in for a virtual machine where only sshd matters: Debian's, in a container that is there in
/// a second, with login root/root. Started by the module in the real engine; each one has a name of its own.
/// </summary>
public sealed class SshdContainer : IDisposable
{
    private const string Image = "dockerarchive-test/sshd:v1";

    public SshdContainer()
    {
        Cli.Run("docker", "build", "--quiet", "--tag", Image, $"{ModuleRunspace.Root}/tests/sshd-container");
        var id = Guid.NewGuid().ToString("n")[..8];
        Name = $"sshd/{id}";
        Project = $"dockerarchive-test-{id}";
        EnvironmentDirectory = Directory.CreateDirectory(Path.Combine(SshdRoot.Path, "sshd", id)).FullName;
        File.WriteAllText(Path.Combine(EnvironmentDirectory, ".env"), $"VERSION=v1\nIMAGE=sshd-{id}\nCOMPOSE_PROJECT_NAME={Project}\n");
        File.WriteAllText(
            Path.Combine(EnvironmentDirectory, "docker-compose.yml"),
            $"services:\n  vm:\n    image: {Image}\n    ports:\n      - \"127.0.0.1:4001:22\"\n");
        Module = new ModuleRunspace();
        Instance = Assert.Single(Succeeded($"Start-ArchiveEnv {Name} -Until SshReady"));
    }

    internal ModuleRunspace Module { get; }

    /// <summary>Name of the environment.</summary>
    public string Name { get; }

    /// <summary>Name of the instance.</summary>
    public string Project { get; }

    /// <summary>Where the environment's files are.</summary>
    public string EnvironmentDirectory { get; }

    /// <summary>What Start-ArchiveEnv gave out.</summary>
    public PSObject Instance { get; }

    public string ContainerId => (string)Instance.Properties["ContainerId"].Value;

    public int Port => (int)Instance.Properties["Port"].Value;

    /// <summary>Runs a script of the module's user; its cmdlets find the environment.</summary>
    internal RunResult Run(string script) => Module.Run(script);

    /// <summary>A script of the module's user that the test starts and stops itself.</summary>
    internal PowerShell Create(string script) => Module.Create(script);

    internal IReadOnlyList<PSObject> Succeeded(string script)
    {
        var result = Run(script);
        Assert.True(result.Errors.Count == 0, string.Join('\n', result.Errors.Select(e => e.ToString())));
        return result.Output;
    }

    /// <summary>Runs a command in the container without SSH and without the module.</summary>
    public string Inside(string command) => Cli.Run("docker", "exec", ContainerId, "sh", "-c", command);

    public void Dispose()
    {
        Run($"Remove-ArchiveEnv {Name} -Force");
        Module.Dispose();
        Directory.Delete(EnvironmentDirectory, recursive: true);
    }
}
