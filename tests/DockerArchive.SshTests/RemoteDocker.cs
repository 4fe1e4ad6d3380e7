using System.Diagnostics;
using System.Runtime.Versioning;
using DockerArchive.EngineTests.Cmdlets;
using DockerArchive.IntegrationTests;

namespace DockerArchive.SshTests;

/// <summary>
/// This machine's engine as one on another machine: behind a real sshd, and by TLS and TCP behind socat. What uses it are
/// processes of their own, as ssh, docker and the module find their way by the environment.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RemoteDocker : IDisposable
{
    private const string Image = "dockerarchive-test/sshd:v1";

    private readonly List<Process> _forwarders = [];

    public RemoteDocker()
    {
        Cli.Run("docker", "build", "--quiet", "--tag", Image, $"{ModuleRunspace.Root}/tests/sshd-container");
        Directory.CreateDirectory(In("bin"));
        File.WriteAllText(In("ssh_config"), $"IdentityFile {Sshd.IdentityFile}\nIdentitiesOnly yes\nUserKnownHostsFile {In("known_hosts")}\nStrictHostKeyChecking accept-new\n");
        File.WriteAllText(In("bin/ssh"), $"#!/bin/sh\nexec /usr/bin/ssh -F {In("ssh_config")} \"$@\"\n");
        File.SetUnixFileMode(In("bin/ssh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var id = Guid.NewGuid().ToString("n")[..8];
        Project = $"dockerarchive-remote-{id}";
        Directory.CreateDirectory(In($"root/{Name}"));
        File.WriteAllText(In($"root/{Name}/.env"), $"VERSION=v1\nIMAGE=remote-{id}\nCOMPOSE_PROJECT_NAME={Project}\n");
        File.WriteAllText(
            In($"root/{Name}/docker-compose.yml"), $"services:\n  vm:\n    image: {Image}\n    ports:\n      - \"4001:22\"\n");
        MakeCertificates();
    }

    public LoopbackSshd Sshd { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("dockerarchive-remote").FullName;

    /// <summary>Name of the environment.</summary>
    public const string Name = "remote/sshd";

    /// <summary>Name of its instance.</summary>
    public string Project { get; }

    public string SshUrl => $"ssh://{Environment.UserName}@127.0.0.1:{Sshd.Port}";

    public string In(string path) => Path.Combine(Folder, path);

    /// <summary>The engine over TLS, which wants a certificate of ours; <c>right</c> and <c>wrong</c> hold files for the client.</summary>
    public int ListenTls() => Forward(port =>
        $"OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,cert={In("server.pem")},cafile={In("right/ca.pem")},verify=1");

    public int ListenTcp() => Forward(port => $"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork");

    /// <summary>Starts a script of the module's user in a process of its own.</summary>
    internal Process Start(string script, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"),
            ["-Command", $"try {{ Import-Module '{ModuleRunspace.Manifest}'; $ErrorActionPreference = 'Stop'; {script} }} catch {{ \"$($_.FullyQualifiedErrorId.Split(',')[0]): $_\" }}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{In("bin")}:{start.Environment["PATH"]}";
        start.Environment["DOCKERARCHIVE_ROOT"] = In("root");
        start.Environment["DOCKER_CONFIG"] = In("config");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs a script of the module's user in a process of its own, and gives what it writes, errors as <c>Id: text</c>.</summary>
    internal async Task<string> RunAsync(string script, params (string Name, string Value)[] environment)
    {
        using var process = Start(script, environment);
        return await EndAsync(process);
    }

    internal static async Task<string> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (output + await error).Trim();
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose()
    {
        foreach (var id in Cli.Run("docker", "ps", "-aq", "--filter", $"label=com.docker.compose.project={Project}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Cli.Run("docker", "rm", "-f", "-v", id);
        foreach (var id in Cli.Run("docker", "network", "ls", "-q", "--filter", $"label=com.docker.compose.project={Project}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Cli.Run("docker", "network", "rm", id);
        foreach (var forwarder in _forwarders)
        {
            foreach (var child in Cli.Processes().Where(p => p.Parent == forwarder.Id).ToArray())
                Cli.Kill(child.Id);
            forwarder.Kill();
            forwarder.WaitForExit();
            forwarder.Dispose();
        }

        Sshd.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private int Forward(Func<int, string> address)
    {
        var port = LoopbackPort.Next();
        _forwarders.Add(Process.Start("socat", ["-t", "60", address(port), "UNIX-CONNECT:/var/run/docker.sock"]));
        Wait.Until(() => LoopbackPort.Answers(port), "socat");
        return port;
    }

    private void MakeCertificates()
    {
        foreach (var who in (string[])["right", "wrong"])
        {
            Directory.CreateDirectory(In(who));
            OpenSsl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", $"/CN={who} CA", "-keyout", In($"{who}/ca-key.pem"), "-out", In($"{who}/ca.pem"));
            Sign(who, "client", In($"{who}/key.pem"), In($"{who}/cert.pem"), "extendedKeyUsage=clientAuth");
        }

        Sign("right", "engine", In("server-key.pem"), In("server-cert.pem"), "subjectAltName=IP:127.0.0.1,DNS:localhost");
        File.WriteAllText(In("server.pem"), File.ReadAllText(In("server-key.pem")) + File.ReadAllText(In("server-cert.pem")));
    }

    private void Sign(string ca, string name, string key, string certificate, string extension)
    {
        OpenSsl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", $"/CN={name}", "-keyout", key, "-out", In("request.pem"));
        File.WriteAllText(In("extensions"), extension);
        OpenSsl("x509", "-req", "-in", In("request.pem"), "-days", "2", "-CA", In($"{ca}/ca.pem"), "-CAkey", In($"{ca}/ca-key.pem"), "-CAcreateserial", "-extfile", In("extensions"), "-out", certificate);
    }

    private static void OpenSsl(params string[] arguments) => Cli.Run("openssl", arguments);
}
