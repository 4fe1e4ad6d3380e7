using DockerArchive.EngineTests.Cmdlets;
using DockerArchive.IntegrationTests;

namespace DockerArchive.SshTests;

/// <summary>Connections are closed when nobody in the process uses the module any more, so nobody else may meanwhile.</summary>
[Collection(nameof(Alone))]
public sealed class ModuleRemovalTests
{
    [Fact]
    public void Removing_the_module_closes_the_connection_with_its_last_user()
    {
        using var container = new SshdContainer();
        using var other = new ModuleRunspace();
        container.Succeeded($"Invoke-ArchiveCommand {container.Name} 'true'");

        container.Module.Run("Remove-Module DockerArchive");
        Assert.Equal("1", Connections());
        other.Run("Remove-Module DockerArchive");
        try
        {
            Wait.Until(() => Connections() == "0", "the end of the connection");
        }
        finally
        {
            container.Module.Run($"Import-Module '{ModuleRunspace.Manifest}'");
        }

        string Connections() => container.Inside("pgrep -fc '[s]shd: root@notty' || true").Trim();
    }
}
