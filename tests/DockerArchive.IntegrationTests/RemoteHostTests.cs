namespace DockerArchive.IntegrationTests;

/// <summary>Virtual machines on a Docker host that is reached by ssh.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class RemoteHostTests : IDisposable
{
    private readonly SshHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_machine_there_lives_from_its_start_to_its_removal_without_a_published_port()
    {
        using var environment = new SmallEnvironment();
        using var life = _host.Begin($$"""
            $ErrorActionPreference = 'Stop'
            $i = Start-ArchiveEnv small -Root '{{environment.Root}}'
            "$($i.State) $($i.Acceleration) $($i.Port) $($i.Readiness.State -join ' ')"
            Invoke-ArchiveCommand small 'hostname' -Root '{{environment.Root}}'
            docker port $i.ContainerId
            "$((Stop-ArchiveEnv small -Root '{{environment.Root}}' -TimeoutSec 60 -PassThru).State)"
            "$(docker inspect $i.ContainerId)" -match '"ExitCode": 0'
            Remove-ArchiveEnv small -Root '{{environment.Root}}'
            """);
        var (exitCode, output, error) = await life.ResultAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal("ServiceReady Tcg  Created Booting SshReady ServiceReady\nsmall-guest\nStopped\nTrue", output);
        Assert.Equal("", environment.Remains());
    }

    [Fact]
    public async Task A_build_in_a_machine_there_gives_its_steps_and_its_result()
    {
        var target = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
        try
        {
            using var building = _host.Begin($$"""
                $ErrorActionPreference = 'Stop'
                "$((Wait-ArchiveEnv {{RunningEnvironment.Name}}).State)"
                $build = Invoke-BuildctlBuild {{RunningEnvironment.Name}} '{{ModuleRunspace.Root}}/examples/hello' -NoCache -Output 'type=local,dest={{target}}/out'
                "$($build.Succeeded) $(($build.Steps | Where-Object Stage -eq compile).Log.Count)"
                """);
            var (exitCode, output, error) = await building.ResultAsync();

            Assert.True(exitCode == 0, error);
            Assert.Equal("ServiceReady\nTrue 5", output);
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(target, "out")));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }
}
