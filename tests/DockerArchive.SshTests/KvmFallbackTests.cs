using DockerArchive.EngineTests.Cmdlets;

namespace DockerArchive.SshTests;

/// <summary>
/// A Docker host whose KVM gives up on guests, as inside some virtual machines. A container stands in for that: it ends as the
/// runner does then, when it is given a device of that name.
/// </summary>
public sealed class KvmFallbackTests : IClassFixture<SshdContainer>, IDisposable
{
    private readonly string _name = $"sshd/kvm-{Guid.NewGuid():n}"[..16];
    private readonly string _directory;
    private readonly ModuleRunspace _module = new();

    /// <param name="container">Has made the image.</param>
    public KvmFallbackTests(SshdContainer container)
    {
        var compose = File.ReadAllText(Path.Combine(container.EnvironmentDirectory, "docker-compose.yml"));
        _directory = Directory.CreateDirectory(Path.Combine(SshdRoot.Path, _name)).FullName;
        File.WriteAllText(Path.Combine(_directory, ".env"), $"VERSION=v1\nIMAGE={Path.GetFileName(_name)}\nCOMPOSE_PROJECT_NAME=dockerarchive-test-{Path.GetFileName(_name)}\n");
        File.WriteAllText(Path.Combine(_directory, "docker-compose.yml"), compose.TrimEnd() + """

                command:
                  - sh
                  - -c
                  - "if [ -e /dev/kvm ]; then echo 'KVM internal error. Suberror: 1'; exit 1; fi; ssh-keygen -A; exec /usr/sbin/sshd -D -e"

            """);
        File.WriteAllText(Path.Combine(_directory, "docker-compose.kvm.yml"), "services:\n  vm:\n    devices:\n      - \"/dev/null:/dev/kvm\"\n");
    }

    public void Dispose()
    {
        _module.Run($"Remove-ArchiveEnv {_name} -Force");
        _module.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_guest_that_KVM_cannot_run_is_emulated()
    {
        var run = _module.Run($"Start-ArchiveEnv {_name} -Until SshReady");

        Assert.Empty(run.Errors);
        Assert.Equal("Tcg", $"{run.Property("Acceleration")}");
        Assert.Contains(run.Warnings, w => w.Contains("-Acceleration Tcg", StringComparison.Ordinal));
    }

    [Fact]
    public void Asked_for_KVM_it_is_an_error_with_what_the_guest_printed()
    {
        var run = _module.Run($"Start-ArchiveEnv {_name} -Until SshReady -Acceleration Kvm");

        Assert.Equal("GuestEnded", run.ErrorId);
        Assert.Contains("KVM internal error", run.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("", Cli.Run("docker", "ps", "-aq", "--filter", $"label=com.docker.compose.project=dockerarchive-test-{Path.GetFileName(_name)}").Trim());
    }
}
