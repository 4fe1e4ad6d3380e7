using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DockerArchive.EngineTests.Cmdlets;

public sealed class CatalogTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public CatalogTests()
    {
        Write("buildkit/v0.9.0");
        Write("buildkit/v0.10.0");
        Write("kubernetes/v1.32.2/base");
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Write(string name, string compose = "services:\n  vm:\n    image: example.invalid/x:${VERSION}\n    ports: [\"40001:22\"]\n")
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(directory, ".env"), $"VERSION=v0.1.0\nIMAGE=x\nCOMPOSE_PROJECT_NAME=test-{name.Replace('/', '-').Replace(".", "", StringComparison.Ordinal)}\n");
        File.WriteAllText(Path.Combine(directory, "docker-compose.yml"), compose);
    }

    private RunResult Run(string script) => _runspace.Run(script, ("root", _root));

    [Fact]
    public void Environments_come_in_the_order_of_their_versions()
    {
        var result = Run("Get-ArchiveEnv -Root $root | ForEach-Object Name");

        Assert.Equal("", string.Join('\n', result.Errors.Select(e => $"{e.Exception}")));
        Assert.Equal(["buildkit/v0.9.0", "buildkit/v0.10.0", "kubernetes/v1.32.2/base"], result.As<string>());
    }

    [Fact]
    public void Wildcards_select_and_match_nothing_without_an_error()
    {
        Assert.Equal(["buildkit/v0.9.0", "buildkit/v0.10.0"], Run("Get-ArchiveEnv buildkit/* -Root $root | ForEach-Object Name").As<string>());
        Assert.Equal(["buildkit/v0.10.0"], Run("Get-ArchiveEnv buildkit/* -Root $root | Where-Object Version -gt v0.9.0 | ForEach-Object Name").As<string>());
        Assert.Equal(["buildkit/v0.9.0"], Run("Get-ArchiveEnv buildkit/* -Root $root | Where-Object Version -eq v0.9.0 | ForEach-Object Name").As<string>());
        var none = Run("Get-ArchiveEnv nothing* -Root $root");
        Assert.Empty(none.Output);
        Assert.Empty(none.Errors);
    }

    [Fact]
    public void The_pipeline_names_environments_by_value_and_by_property() => Assert.Equal(
        ["buildkit/v0.9.0", "buildkit/v0.10.0"],
        Run("@('buildkit/v0.9.0'; [pscustomobject]@{ Name = 'buildkit/v0.10.0' }) | Get-ArchiveEnv -Root $root | ForEach-Object Name").As<string>());

    [Fact]
    public void An_unknown_name_is_an_error_that_suggests_the_nearest()
    {
        var result = Run("Get-ArchiveEnv buildkit/v0.90 -Root $root");

        Assert.Equal("EnvironmentNotFound", result.ErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.Equal("buildkit/v0.90", result.Errors[0].TargetObject);
        Assert.Contains("'buildkit/v0.9.0'", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_broken_environment_is_one_error_and_the_others_still_come()
    {
        Write("buildkit/v0.9.9", "services:\n  vm:\n    imago: x\n");
        var result = Run("Get-ArchiveEnv -Root $root | ForEach-Object Name");

        Assert.Equal("BrokenEnvironment", result.ErrorId);
        Assert.Contains("docker-compose.yml:3: key 'imago'", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, result.Output.Count);
    }

    [Fact]
    public void Without_Docker_the_catalogue_still_lists_and_a_start_says_what_to_do()
    {
        const string nowhere = "unix:///nonexistent/docker.sock";
        Assert.Equal(3, RunWithDockerAt(nowhere, "Get-ArchiveEnv -Root $root").Output.Count);

        var start = RunWithDockerAt(nowhere, "Start-ArchiveEnv buildkit/v0.9.0 -Root $root");
        Assert.Equal("DockerUnavailable", start.ErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, start.Errors[0].CategoryInfo.Category);
        Assert.Contains("/nonexistent/docker.sock", start.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Start Docker", start.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(ProgressRecordType.Completed, start.Progress.Select(p => p.RecordType).DefaultIfEmpty(ProgressRecordType.Completed).Last());
    }

    private RunResult RunWithDockerAt(string host, string script) =>
        Run($"$before = $env:DOCKER_HOST; $env:DOCKER_HOST = '{host}'; try {{ {script} }} finally {{ $env:DOCKER_HOST = $before }}");

    [Fact]
    public async Task An_engine_that_cannot_answer_takes_the_state_away_and_not_the_catalogue()
    {
        // Stands in for an engine with an inner fault, which a sound dockerd cannot be brought to.
        using var faulty = new TcpListener(IPAddress.Loopback, 0);
        faulty.Start();
        var serving = ServeAsync(faulty);

        var result = RunWithDockerAt($"tcp://127.0.0.1:{((IPEndPoint)faulty.LocalEndpoint).Port}", "Get-ArchiveEnv -Root $root");
        faulty.Stop();
        await serving;

        Assert.Empty(result.Errors);
        Assert.Equal(3, result.Output.Count);
        Assert.Contains("State is unknown", Assert.Single(result.Warnings), StringComparison.Ordinal);

        static async Task ServeAsync(TcpListener listener)
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var buffer = new byte[4096];
                    var read = await stream.ReadAsync(buffer);
                    var ping = Encoding.ASCII.GetString(buffer, 0, read).Contains("_ping", StringComparison.Ordinal);
                    var answer = ping
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
                        : "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 19\r\nConnection: close\r\n\r\n{\"message\":\"fault\"}";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is done with it.
            }
        }
    }

    [Fact]
    public void A_TCP_endpoint_that_refuses_is_told_like_any_other()
    {
        Assert.Equal(3, RunWithDockerAt("tcp://127.0.0.1:1", "Get-ArchiveEnv -Root $root").Output.Count);
        var result = RunWithDockerAt("tcp://127.0.0.1:1", "Start-ArchiveEnv buildkit/v0.9.0 -Root $root");

        Assert.Equal("DockerUnavailable", result.ErrorId);
        Assert.Contains("127.0.0.1:1", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Context $root/missing", "ContextNotFound", "missing")]
    [InlineData("-Context $root", "DockerfileNotFound", "Dockerfile")]
    [InlineData("-Context $root -Dockerfile $root/other", "DockerfileNotFound", "other' (-Dockerfile) does not exist.")]
    [InlineData("-Context $root/buildkit -Dockerfile other", "DockerfileNotFound", "nor does '")]
    [InlineData("-Context $root/buildkit -Dockerfile $root/buildkit/v0.9.0/.env -Output type=tar", "OutputInvalid", "type=tar")]
    public void A_build_that_cannot_begin_is_refused_before_anything_is_asked(string arguments, string errorId, string named)
    {
        var result = Run($"Invoke-BuildctlBuild buildkit/v0.9.0 -Root $root {arguments}");

        Assert.Equal(errorId, result.ErrorId);
        Assert.Contains(named, result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_does_not_exist_is_named() =>
        Assert.Equal("RootNotFound", Run("Get-ArchiveEnv -Root $root/nowhere").ErrorId);

    [Fact]
    public void Names_are_completed_from_the_catalogue()
    {
        var completions = Run("(TabExpansion2 \"Start-ArchiveEnv -Root '$root' -Env v0.1\" ).CompletionMatches | ForEach-Object CompletionText").As<string>();

        Assert.Equal(["buildkit/v0.10.0"], completions);
    }

    [Fact]
    public void WhatIf_changes_nothing_and_asks_nobody() =>
        Assert.Empty(Run("Start-ArchiveEnv buildkit/v0.9.0 -Root $root -WhatIf; Build-ArchiveEnv buildkit/v0.9.0 -Root $root -WhatIf").Errors);
}
