using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>
/// buildkit/docker-v20.10.24, built from Debian packages and started once for all tests: a real engine, a real virtual
/// machine with systemd and sshd, a real BuildKit.
/// </summary>
public sealed class RunningEnvironment : IDisposable
{
    public const string Name = "buildkit/docker-v20.10.24";
    public const string Project = "buildkit-docker-20-10-24";
    public const string Image = "ssst0n3/docker_archive:buildkit-docker-v20.10.24_v0.1.0";

    public RunningEnvironment()
    {
        Module = new ModuleRunspace();
        Module.Run($"Remove-ArchiveEnv {Name} -Force -ErrorAction Ignore");
        Stages = Succeeded(Module.Run($"Build-ArchiveEnv {Name}"));
        Instance = Assert.Single(Succeeded(Module.Run($"Start-ArchiveEnv {Name} -TimeoutSec 300")));
    }

    internal ModuleRunspace Module { get; }

    internal IReadOnlyList<PSObject> Stages { get; }

    /// <summary>What Start-ArchiveEnv gave out.</summary>
    internal PSObject Instance { get; }

    internal string ContainerId => (string)Instance.Properties["ContainerId"].Value;

    /// <summary>Runs a command in the guest with the environment's own script, which does not use the module.</summary>
    internal static string InGuest(string command) => SharedSsh.Run($"{ModuleRunspace.Root}/buildkit/docker-v20.10.24/ssh", command);

    internal static IReadOnlyList<PSObject> Succeeded(RunResult result)
    {
        Assert.True(result.Errors.Count == 0, string.Join('\n', result.Errors.Select(e => e.ToString())));
        return result.Output;
    }

    public void Dispose()
    {
        Module.Run($"Remove-ArchiveEnv {Name} -Force");
        Module.Dispose();
        SharedSsh.Close();
    }
}

[CollectionDefinition(nameof(RunningEnvironment))]
public sealed class SharedEnvironment : ICollectionFixture<RunningEnvironment>;
