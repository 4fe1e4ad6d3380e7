using System.Runtime.Versioning;

namespace DockerArchive.SshTests;

/// <summary>Engines elsewhere: over ssh, TLS and TCP, named by URL, variable and context.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DockerHostTests(RemoteDocker remote) : IClassFixture<RemoteDocker>
{
    [Fact]
    public async Task A_guest_over_ssh_is_started_entered_given_files_and_ended_without_a_published_port()
    {
        var output = await remote.RunAsync($$"""
            $i = Start-ArchiveEnv {{RemoteDocker.Name}} -DockerHost {{remote.SshUrl}} -Until SshReady
            "host $($i.DockerHost) port $($i.Port) address $($i.ComputerName)"
            "who $($i | Invoke-ArchiveCommand -Command 'id -un')"
            Copy-ArchiveItem {{RemoteDocker.Name}} -ToGuest '{{ModuleRunspaceFile}}' /root/there -DockerHost {{remote.SshUrl}}
            "hash $(Invoke-ArchiveCommand {{RemoteDocker.Name}} 'sha256sum </root/there' -DockerHost {{remote.SshUrl}})"
            "running $((Get-ArchiveEnv -Running -DockerHost {{remote.SshUrl}}).Name)"
            """);
        var container = Cli.Run("docker", "ps", "-q", "--filter", $"label=com.docker.compose.project={remote.Project}").Trim();
        var ports = Cli.Run("docker", "port", container);
        output += "\n" + await remote.RunAsync($$"""
            $stopped = Stop-ArchiveEnv {{RemoteDocker.Name}} -DockerHost {{remote.SshUrl}} -PassThru
            "state $($stopped.State)"
            $stopped | Remove-ArchiveEnv
            """);

        Assert.Equal(
            $"""
            host {remote.SshUrl} port  address{" "}
            who root
            hash {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(ModuleRunspaceFile)))}  -
            running {RemoteDocker.Name}
            state Stopped
            """.Replace("\r", "", StringComparison.Ordinal),
            output);
        Assert.Equal("", ports);
        Assert.Equal("", Cli.Run("docker", "ps", "-aq", "--filter", $"label=com.docker.compose.project={remote.Project}"));
        Assert.Empty(await Cli.LeftAsync($"-p {remote.Sshd.Port} -- 127.0.0.1 docker", TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Ssh_finds_a_remote_guest_by_the_exported_file()
    {
        var output = await remote.RunAsync($"""
            $null = Start-ArchiveEnv {RemoteDocker.Name} -DockerHost {remote.SshUrl} -Until SshReady -Instance ssh
            $null = Export-ArchiveSshConfig {remote.Project}-ssh -DockerHost {remote.SshUrl} -Path '{remote.In("exported")}'
            """);
        try
        {
            Assert.Equal("", output);
            File.WriteAllText(remote.In("password"), "#!/bin/sh\necho root\n");
            File.SetUnixFileMode(remote.In("password"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var alias = File.ReadLines(remote.In("exported")).Single(l => l.StartsWith("Host ", StringComparison.Ordinal))[5..];
            Assert.Equal("in\n", Cli.Run(
                "env", $"PATH={remote.In("bin")}:{Environment.GetEnvironmentVariable("PATH")}", $"SSH_ASKPASS={remote.In("password")}",
                "SSH_ASKPASS_REQUIRE=force", "setsid", "-w", "/usr/bin/ssh", "-F", remote.In("exported"), alias, "echo in"));
        }
        finally
        {
            await remote.RunAsync($"Remove-ArchiveEnv {remote.Project}-ssh -Force -DockerHost {remote.SshUrl}");
        }
    }

    [Fact]
    public async Task A_context_of_dockers_own_command_is_used_by_parameter_variable_and_choice()
    {
        Docker("context", "create", "far", "--docker", $"host={remote.SshUrl}");
        Docker("context", "create", "gone", "--docker", "host=tcp://127.0.0.1:1");

        Assert.Equal("", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost far"));
        Assert.Equal("", await remote.RunAsync("Get-ArchiveEnv -Running", ("DOCKER_CONTEXT", "far")));
        Assert.StartsWith(
            "DockerUnavailable: No Docker engine answers at tcp://127.0.0.1:1 (context 'gone' of DOCKER_CONTEXT)",
            await remote.RunAsync("Get-ArchiveEnv -Running", ("DOCKER_CONTEXT", "gone")), StringComparison.Ordinal);
        Docker("context", "use", "gone");
        Assert.Contains("context 'gone' of", await remote.RunAsync("Get-ArchiveEnv -Running"), StringComparison.Ordinal);
        Assert.Equal("", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost default"));
        Assert.Matches("There are: default, .*far, gone", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost fra"));
        Docker("context", "use", "default");
    }

    [Fact]
    public async Task A_guest_is_commanded_over_tls_with_certificates_of_both_sides()
    {
        var url = $"tcp://127.0.0.1:{remote.ListenTls()}";
        (string, string)[] right = [("DOCKER_HOST", url), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", remote.In("right"))];
        try
        {
            Assert.Equal("root 3000000", await remote.RunAsync(
                $"$null = Start-ArchiveEnv {RemoteDocker.Name} -Instance tls -Until SshReady; \"$(Invoke-ArchiveCommand {remote.Project}-tls 'id -un') "
                + $"$((Invoke-ArchiveCommand {remote.Project}-tls 'head -c 3000000 /dev/zero | tr \\\\0 x').Length)\"",
                right));
        }
        finally
        {
            await remote.RunAsync($"Remove-ArchiveEnv {remote.Project}-tls -Force", right);
        }

        Docker("context", "create", "tls", "--docker", $"host={url},ca={remote.In("right/ca.pem")},cert={remote.In("right/cert.pem")},key={remote.In("right/key.pem")}");
        Docker("context", "create", "careless", "--docker", $"host={url},cert={remote.In("right/cert.pem")},key={remote.In("right/key.pem")},skip-tls-verify=true");
        Assert.Equal("", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost tls"));
        Assert.Equal("", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost careless"));
    }

    [Fact]
    public async Task An_engine_or_a_client_with_the_wrong_certificate_is_refused()
    {
        var url = $"tcp://127.0.0.1:{remote.ListenTls()}";
        Directory.CreateDirectory(remote.In("stranger"));
        File.Copy(remote.In("right/ca.pem"), remote.In("stranger/ca.pem"));
        File.Copy(remote.In("wrong/cert.pem"), remote.In("stranger/cert.pem"));
        File.Copy(remote.In("wrong/key.pem"), remote.In("stranger/key.pem"));
        Directory.CreateDirectory(remote.In("damaged"));
        foreach (var file in (string[])["ca.pem", "cert.pem", "key.pem"])
            File.WriteAllText(remote.In($"damaged/{file}"), "no certificate");

        foreach (var files in (string[])["wrong", "stranger"])
        {
            var refused = await remote.RunAsync(
                $"Get-ArchiveEnv -Running -DockerHost {url}", ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", remote.In(files)));
            Assert.StartsWith($"DockerUnavailable: No Docker engine answers at {url}", refused, StringComparison.Ordinal);
        }

        Assert.StartsWith(
            "DockerTlsInvalid: ",
            await remote.RunAsync($"Get-ArchiveEnv -Running -DockerHost {url}", ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", remote.In("damaged"))),
            StringComparison.Ordinal);
        Assert.StartsWith("DockerUnavailable: ", await remote.RunAsync($"Get-ArchiveEnv -Running -DockerHost {url}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_is_reached_over_plain_tcp() =>
        Assert.Equal("", await remote.RunAsync($"Get-ArchiveEnv -Running -DockerHost tcp://127.0.0.1:{remote.ListenTcp()}"));

    [Fact]
    public async Task A_host_that_does_not_let_in_is_an_error_with_the_words_of_ssh()
    {
        Assert.Contains("Connection refused", await remote.RunAsync("Get-ArchiveEnv -Running -DockerHost ssh://127.0.0.1:1"), StringComparison.Ordinal);
        var denied = await remote.RunAsync($"Get-ArchiveEnv -Running -DockerHost ssh://nobody@127.0.0.1:{remote.Sshd.Port}");
        Assert.StartsWith("DockerUnavailable: ", denied, StringComparison.Ordinal);
        Assert.Contains("Permission denied", denied, StringComparison.Ordinal);
        Assert.Contains($"ssh nobody@127.0.0.1 -p {remote.Sshd.Port} docker version", denied, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_cut_ends_the_command_and_leaves_no_process()
    {
        using var sshd = new LoopbackSshd();
        File.AppendAllText(remote.In("ssh_config"), $"IdentityFile {sshd.IdentityFile}\n");
        var url = $"ssh://{Environment.UserName}@127.0.0.1:{sshd.Port}";
        try
        {
            using var process = remote.Start($"""
                $null = Start-ArchiveEnv {RemoteDocker.Name} -DockerHost {url} -Instance cut -Until SshReady
                Invoke-ArchiveCommand {remote.Project}-cut 'echo begun; exec sleep 1000' -DockerHost {url}
                """);
            Assert.Equal("begun", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

            sshd.Kill();

            Assert.StartsWith("GuestConnectionLost: ", await RemoteDocker.EndAsync(process), StringComparison.Ordinal);
            Assert.Empty(await Cli.LeftAsync($"-p {sshd.Port} -- 127.0.0.1 docker", TimeSpan.FromSeconds(30)));
        }
        finally
        {
            await remote.RunAsync($"Remove-ArchiveEnv {remote.Project}-cut -Force -DockerHost {remote.SshUrl}");
        }
    }

    private static string ModuleRunspaceFile => DockerArchive.EngineTests.Cmdlets.ModuleRunspace.Manifest;

    private void Docker(params string[] arguments) =>
        Cli.Run("env", [$"DOCKER_CONFIG={remote.In("config")}", "docker", .. arguments]);
}
