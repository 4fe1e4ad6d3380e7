namespace DockerArchive.SshTests;

/// <summary>A pin lives as long as its container.</summary>
public sealed class HostKeyLifeTests
{
    [Fact]
    public void A_changed_key_is_an_error_and_a_new_container_is_none()
    {
        using var container = new SshdContainer();
        var pin = HostKeyPins.FileOf(container.ContainerId);
        Assert.True(File.Exists(pin));
        container.Inside("rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; kill -HUP 1");

        // A login of its own, as the connection that is open is shared. The password must not be sent to whoever this is.
        string error;
        while ((error = container.Run($"Get-BuildkitStatus {container.Name} -Credential {LoginTests.Credential("other")}").ErrorId) == "GuestUnreachable")
            Thread.Sleep(100);
        Assert.Equal("HostKeyChanged", error);

        container.Succeeded($"Remove-ArchiveEnv {container.Name} -Force");
        Assert.False(File.Exists(pin));
        container.Succeeded($"Start-ArchiveEnv {container.Name} -Until SshReady");
    }
}
