using System.Net;

namespace DockerArchive.IntegrationTests;

/// <summary>
/// buildkit/v0.4.0 from its own Dockerfile through all stages, with downloads from a web server of this machine, until its service is
/// ready. What is downloaded is a stand-in for BuildKit and runc: scripts that answer what the module asks.
/// </summary>
public sealed class OfflineProofTests : IDisposable
{
    private const string Name = "buildkit/v0.4.0";

    private const string MakeStandIns =
        """
        mkdir bin
        printf '#!/bin/sh\ncase $* in *--version*) echo "buildkitd github.com/moby/buildkit v0.4.0 stand-in"; exit ;; esac\nexec sleep infinity\n' >bin/buildkitd
        printf '#!/bin/sh\ncase $* in *--version*) echo "buildctl github.com/moby/buildkit v0.4.0 stand-in"; exit ;; esac\nprintf "ID\\t\\t\\t\\tPLATFORMS\\nstand-in\\tlinux/amd64\\n"\n' >bin/buildctl
        printf '#!/bin/sh\nprintf "runc version 1.0.0-rc7\\nspec: 1.0.1-dev\\n"\n' >runc.amd64
        chmod 755 bin/* && tar -czf buildkit-v0.4.0.linux-amd64.tar.gz bin
        """;

    private readonly ModuleRunspace _module = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _files = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _id = $"dockerarchive-test-{Guid.NewGuid().ToString("n")[..8]}";
    private readonly HttpListener _server = new();

    public OfflineProofTests()
    {
        Cli.RunIn(_files, "sh", "-c", MakeStandIns);
        var copy = Directory.CreateDirectory(Path.Combine(_root, Name)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(ModuleRunspace.Root, Name)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Edit(Path.Combine(copy, ".env"), "COMPOSE_PROJECT_NAME=buildkit-0-4-0", $"COMPOSE_PROJECT_NAME={_id}");
        Edit(Path.Combine(copy, "docker-compose.yml"), "ssst0n3/docker_archive", $"{_id}/archive");
        Edit(Path.Combine(copy, "docker-compose.yml"), "127.0.0.1:4001:22", "127.0.0.1::22");
    }

    public void Dispose()
    {
        _module.Run($"Remove-ArchiveEnv {Name} -Root $root -Force -Images -Disk", ("root", _root));
        _module.Dispose();
        _server.Close();
        Directory.Delete(_root, recursive: true);
        Directory.Delete(_files, recursive: true);

        Assert.Equal("", Cli.Remains(_id));
        Assert.Equal("", Cli.Docker("images", "--quiet", $"{_id}/archive"));
    }

    [Fact]
    public void The_environment_is_built_and_booted_from_files_of_this_machine()
    {
        var address = Serve();
        var stages = RunningEnvironment.Succeeded(Run(
            $"Build-ArchiveEnv {Name} -Root $root -BuildArg @{{ BUILDKIT_TARBALL = '{address}buildkit-v0.4.0.linux-amd64.tar.gz'; RUNC = '{address}runc.amd64' }}"));
        Assert.Equal(["Ctr", "Vm", "Dqd"], stages.Select(s => s.Properties["Stage"].Value.ToString()));

        var instance = Assert.Single(RunningEnvironment.Succeeded(Run($"Start-ArchiveEnv {Name} -Root $root -TimeoutSec 300")));
        Assert.Equal("ServiceReady", instance.Properties["State"].Value.ToString());
        Assert.Equal(
            ["buildkitd github.com/moby/buildkit v0.4.0 stand-in", "runc version 1.0.0-rc7", "spec: 1.0.1-dev", "active", "enabled"],
            RunningEnvironment.Succeeded(Run($"Invoke-ArchiveCommand {Name} 'buildkitd --version; runc --version; systemctl is-active buildkit; systemctl is-enabled buildkit' -Root $root"))
                .Select(line => line.ToString()));
    }

    private RunResult Run(string script) => _module.Run(script, ("root", _root));

    private static void Edit(string file, string old, string changed)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, changed, StringComparison.Ordinal));
    }

    /// <summary>Serves the files where an image build reaches this machine, and gives the address.</summary>
    private string Serve()
    {
        var gateway = Cli.Docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge");
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Parse(gateway), 0))
        {
            free.Start();
            _server.Prefixes.Add($"http://{free.LocalEndpoint}/");
        }

        _server.Start();
        _ = Task.Run(AnswerAsync);
        return _server.Prefixes.Single();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _server.GetContextAsync();
                await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(_files, Path.GetFileName(context.Request.Url!.LocalPath))));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
