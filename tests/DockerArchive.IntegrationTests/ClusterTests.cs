namespace DockerArchive.IntegrationTests;

/// <summary>An environment of two machines, in the form of the archives' clusters: the worker waits for the master and is linked to it.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string Compose =
        """
        services:
          master:
            image: IMAGE
            ports: ["127.0.0.1::22"]
            tty: true
            environment:
              MEMORY: 256M
              SMP: "1"
              QEMU_DUAL_NET: "1"
              QEMU_SOCKET_LISTEN: :1234
              QEMU_SOCKET_IP: 192.168.100.10
            healthcheck:
              test: ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/22 && timeout 2 head -c 4 <&3 | grep -q SSH-"]
              interval: 1s
              timeout: 5s
              retries: 120
          worker:
            image: IMAGE
            ports: ["127.0.0.1::22"]
            tty: true
            environment:
              MEMORY: 256M
              SMP: "1"
              QEMU_DUAL_NET: "1"
              QEMU_SOCKET_CONNECT: master:1234
              QEMU_SOCKET_IP: 192.168.100.11
              QEMU_MAC_ADDR_1: "52:54:00:12:34:58"
            depends_on:
              master:
                condition: service_healthy

        """;

    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public void Two_machines_start_in_order_find_each_other_by_name_and_speak()
    {
        _environment.WriteCompose(Compose.Replace("IMAGE", SmallGuest.Runner, StringComparison.Ordinal));
        var machines = _environment.Succeeded("Start-ArchiveEnv small -Root $root");

        Assert.Equal(
            [$"{_environment.Project}/master", $"{_environment.Project}/worker"],
            machines.Select(m => $"{m.Properties["Name"].Value}").Order());
        Assert.All(machines, m => Assert.Equal("ServiceReady", $"{m.Properties["State"].Value}"));
        _environment.Succeeded($"Invoke-ArchiveCommand {_environment.Project}/worker 'ping -c 1 -w 60 192.168.100.10' -Root $root");
        _environment.Succeeded($"Invoke-ArchiveCommand {_environment.Project}/master 'ping -c 1 -w 60 192.168.100.11' -Root $root");

        // Each goes back to its own state, and new ones begin there.
        Assert.Equal(2, _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root -PassThru").Count);
        Assert.Equal(2, _environment.Succeeded("Restore-ArchiveEnv small -Root $root").Count);
        _environment.Succeeded($"Invoke-ArchiveCommand {_environment.Project}/worker 'ping -c 1 -w 60 192.168.100.10' -Root $root");
        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force -KeepCheckpoint");
        Assert.Equal("", _environment.Remains());
        Assert.Equal(2, _environment.Succeeded("Start-ArchiveEnv small -Root $root -FromCheckpoint default").Count);
        _environment.Succeeded($"Invoke-ArchiveCommand {_environment.Project}/worker 'ping -c 1 -w 60 192.168.100.10' -Root $root");

        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");
        Assert.Equal("", _environment.Remains());
        Assert.Empty(_environment.Succeeded("Get-ArchiveCheckpoint -Root $root"));
    }

    [Fact]
    public void A_machine_that_dies_ends_the_start_of_the_one_that_waits_for_it()
    {
        var broken = Compose.Replace("QEMU_SOCKET_LISTEN: :1234", "APPEND: panic", StringComparison.Ordinal)
            .Replace("      QEMU_DUAL_NET: \"1\"\n", "", StringComparison.Ordinal);
        _environment.WriteCompose(broken.Replace("IMAGE", SmallGuest.Runner, StringComparison.Ordinal));

        Assert.Equal("GuestPanicked", _environment.Run("Start-ArchiveEnv small -Root $root").ErrorId);
        Assert.Equal("", _environment.Remains());
    }
}
