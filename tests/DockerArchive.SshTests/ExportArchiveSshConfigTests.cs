using System.Management.Automation;
using System.Runtime.Versioning;

namespace DockerArchive.SshTests;

/// <summary>What Export-ArchiveSshConfig writes, given to the real ssh and scp.</summary>
[Collection("Home directory")]
[UnsupportedOSPlatform("windows")]
public sealed class ExportArchiveSshConfigTests : IClassFixture<SshdContainer>, IDisposable
{
    private readonly SshdContainer _container;
    private readonly string? _home = Environment.GetEnvironmentVariable("HOME");
    private readonly string _folder = Directory.CreateTempSubdirectory("dockerarchive ssh").FullName;
    private readonly string _key;
    private readonly string _before;

    public ExportArchiveSshConfigTests(SshdContainer container)
    {
        _container = container;
        _before = File.ReadAllText(DotEnv);
        Environment.SetEnvironmentVariable("HOME", _folder);
        _key = Path.Combine(_folder, "a key");
        Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _key);
        container.Inside($"mkdir -p -m 700 /root/.ssh; echo '{File.ReadAllText($"{_key}.pub").Trim()}' >/root/.ssh/authorized_keys");
    }

    private string DotEnv => Path.Combine(_container.EnvironmentDirectory, ".env");

    private string Host => $"dqd-{_container.Name.Replace('/', '-')}";

    private string UserConfig => Path.Combine(_folder, ".ssh", "config");

    private string Config => Path.Combine(_folder, "state of it", "ssh_config");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", _home);
        File.WriteAllText(DotEnv, _before);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Ssh_and_scp_work_without_a_question()
    {
        HostKeyPins.Remove(_container.ContainerId);

        var file = Assert.IsType<FileInfo>(Assert.Single(Export($"-IdentityFile '{_key}'")).BaseObject);

        Assert.Equal(Config, file.FullName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Config));
        Assert.Equal("in\n", Cli.Run("ssh", "-F", Config, "-o", "BatchMode=yes", Host, "echo in"));
        Cli.Run("scp", "-q", "-F", Config, "-o", "BatchMode=yes", $"{Host}:/etc/hostname", Path.Combine(_folder, "copy"));
        Assert.Equal(_container.Inside("cat /etc/hostname"), File.ReadAllText(Path.Combine(_folder, "copy")));
    }

    [Fact]
    public void Ssh_reads_what_was_meant()
    {
        Export($"-IdentityFile '{_key}'");

        var read = Cli.Run("ssh", "-G", "-F", Config, Host);

        foreach (var line in (string[])[
            "hostname 127.0.0.1", $"port {_container.Port}", "user root", $"hostkeyalias {_container.ContainerId[..12]}",
            "stricthostkeychecking true", $"identityfile {_key}", "identitiesonly yes", $"userknownhostsfile {HostKeyPins.FileOf(_container.ContainerId)}"])
        {
            Assert.Contains($"{line}\n", read, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Ssh_refuses_another_key_than_the_pinned_one()
    {
        Export($"-IdentityFile '{_key}'");
        var pin = HostKeyPins.FileOf(_container.ContainerId);
        var pinned = File.ReadAllText(pin);
        var other = Path.Combine(_folder, "other");
        Cli.Run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", other);
        File.WriteAllText(pin, $"{_container.ContainerId[..12]} {string.Join(' ', File.ReadAllText($"{other}.pub").Split(' ')[..2])}\n");
        try
        {
            var e = Assert.Throws<InvalidOperationException>(() => Cli.Run("ssh", "-F", Config, "-o", "BatchMode=yes", Host, "true"));
            Assert.Contains("IDENTIFICATION HAS CHANGED", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.WriteAllText(pin, pinned);
        }
    }

    [Fact]
    public void What_env_says_cannot_become_a_directive()
    {
        File.WriteAllText(DotEnv, _before.Replace("IMAGE=", "IMAGE=\"x\\n    ProxyCommand touch /tmp/no\\n*\"#", StringComparison.Ordinal));

        Export("");

        Assert.DoesNotContain("ProxyCommand", Cli.Run("ssh", "-G", "-F", Config, Host), StringComparison.OrdinalIgnoreCase);
        Assert.Single(File.ReadAllLines(Config), l => l.StartsWith("Host dqd-", StringComparison.Ordinal));
        Assert.Throws<ArchiveException>(() => SshConfigHost.Quote("a\n    ProxyCommand x"));
        Assert.Throws<ArchiveException>(() => SshConfigHost.Quote("a\" b"));
    }

    [Fact]
    public void Skip_ssh_config_is_heeded()
    {
        File.WriteAllText(DotEnv, $"{_before}SKIP_SSH_CONFIG=true\n");

        Export("");

        Assert.DoesNotContain("Host ", File.ReadAllText(Config), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_run_is_an_error_of_its_name() =>
        Assert.Equal("EnvironmentNotFound", _container.Run($"Export-ArchiveSshConfig sshd/none -Path '{Config}'").ErrorId);

    [Fact]
    public void Installing_makes_the_config_of_a_fresh_user()
    {
        Export($"-IdentityFile '{_key}' -Install");

        Assert.Equal($"Include \"{Config}\"\n", File.ReadAllText(UserConfig));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(UserConfig));
        Assert.Equal("in\n", Cli.Run("ssh", "-F", UserConfig, "-o", "BatchMode=yes", Host, "echo in"));
    }

    [Theory]
    [InlineData("Host a\n    User b\n", "\n")]
    [InlineData("Host a\r\n    User b", "\r\n")]
    [InlineData("# caf\u00e9 \u20ac", "\n")]
    public void Installing_adds_one_line_and_uninstalling_takes_it_away(string before, string lineEnd)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(UserConfig)!);
        var target = Path.Combine(_folder, "dotfiles");
        File.WriteAllText(target, before);
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(UserConfig, target);

        Export("-Install");
        Export("-Install");

        Assert.Equal($"Include \"{Config}\"{lineEnd}{before}", File.ReadAllText(target));
        Assert.Equal(target, new FileInfo(UserConfig).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(target));

        _container.Succeeded($"Export-ArchiveSshConfig -Uninstall -Path '{Config}'");

        Assert.Equal(before, File.ReadAllText(target));
        Assert.False(File.Exists(Config));
    }

    [Fact]
    public void What_if_writes_nothing()
    {
        _container.Succeeded($"Export-ArchiveSshConfig -Install -WhatIf -Path '{Config}'");

        Assert.False(File.Exists(Config) || File.Exists(UserConfig));
    }

    private IReadOnlyList<PSObject> Export(string parameters) =>
        _container.Succeeded($"Export-ArchiveSshConfig {_container.Name} -Path '{Config}' {parameters}");
}
