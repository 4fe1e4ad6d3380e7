using System.Diagnostics;
using System.Globalization;
using DockerArchive.SshTests;

namespace DockerArchive.IntegrationTests;

/// <summary>This machine's engine as one on another machine: behind a real sshd on loopback, which lets the current user in by key.</summary>
internal sealed class SshHost : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly Process _sshd;
    private readonly int _port = LoopbackPort.Next();

    public SshHost()
    {
        foreach (var key in (string[])["host", "id"])
            Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", In(key));
        File.WriteAllText(
            In("sshd_config"),
            $"ListenAddress 127.0.0.1:{_port}\nHostKey {In("host")}\nAuthorizedKeysFile {In("id.pub")}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n");
        File.WriteAllText(
            In("ssh_config"),
            $"IdentityFile {In("id")}\nIdentitiesOnly yes\nUserKnownHostsFile {In("known_hosts")}\nStrictHostKeyChecking accept-new\n");
        File.WriteAllText(In("ssh"), $"#!/bin/sh\nexec /usr/bin/ssh -F {In("ssh_config")} \"$@\"\n");
        Cli.Run("chmod", "700", In("ssh"));
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        _sshd = Process.Start("/usr/sbin/sshd", ["-D", "-f", In("sshd_config")]);
        Wait.Until(() => Cli.Run(In("ssh"), "-p", $"{_port}", "127.0.0.1", "echo in") == "in", "sshd");
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"ssh://{Environment.UserName}@127.0.0.1:{_port}");

    /// <summary>Begins a script in a process for which the engine is this one, and whose ssh lets itself in.</summary>
    public ModuleProcess Begin(string script) =>
        new(script, ["env", $"PATH={_directory}:{Environment.GetEnvironmentVariable("PATH")}"], Url);

    public void Dispose()
    {
        _sshd.Kill(entireProcessTree: true);
        _sshd.WaitForExit();
        _sshd.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string In(string name) => Path.Combine(_directory, name);
}
