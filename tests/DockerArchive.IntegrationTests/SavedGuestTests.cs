namespace DockerArchive.IntegrationTests;

/// <summary>A checkpoint of a guest with systemd and a daemon that builds.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class SavedGuestTests(RunningEnvironment environment) : IDisposable
{
    private const string Name = RunningEnvironment.Name;

    private ModuleRunspace Module => environment.Module;

    public void Dispose() => Module.Run($"Remove-ArchiveCheckpoint {Name} saved");

    [Fact]
    public void A_restored_daemon_serves_and_all_about_the_guest_is_right()
    {
        var key = RunningEnvironment.InGuest("cat /etc/ssh/ssh_host_*_key.pub");
        var daemon = RunningEnvironment.InGuest("systemctl show -p MainPID buildkit");
        RunningEnvironment.Succeeded(Module.Run($"Checkpoint-ArchiveEnv {Name} saved"));
        RunningEnvironment.InGuest("systemctl stop buildkit.socket buildkit; touch /root/after");
        SharedSsh.Abandon();

        var restored = Assert.Single(RunningEnvironment.Succeeded(Module.Run($"Restore-ArchiveEnv {Name} saved")));

        Assert.Equal("ServiceReady", restored.Properties["State"].Value.ToString());
        Assert.Equal(environment.ContainerId, restored.Properties["ContainerId"].Value);
        Assert.Equal(daemon, RunningEnvironment.InGuest("systemctl show -p MainPID buildkit"));
        Assert.Equal(key, RunningEnvironment.InGuest("cat /etc/ssh/ssh_host_*_key.pub"));
        Assert.Equal("gone", RunningEnvironment.InGuest("[ -e /root/after ] || echo gone").Trim());
        var seconds = long.Parse(RunningEnvironment.InGuest("date +%s").Trim(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds, -3, 5);

        // Out over QEMU's network to the container, which publishes the guest's own sshd, and in again.
        Assert.StartsWith("SSH-", RunningEnvironment.InGuest("bash -c 'exec 3<>/dev/tcp/10.0.2.2/22; head -n 1 <&3'"), StringComparison.Ordinal);
        var built = RunningEnvironment.Succeeded(Module.Run(
            $"Invoke-BuildctlBuild {Name} -Context '{ModuleRunspace.Root}/examples/hello'"));
        Assert.True((bool)Assert.Single(built).Properties["Succeeded"].Value);
    }
}
