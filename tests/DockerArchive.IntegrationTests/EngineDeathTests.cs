namespace DockerArchive.IntegrationTests;

/// <summary>Starts on an engine that is killed or full.</summary>
public sealed class EngineDeathTests(SecondEngine engine) : IClassFixture<SecondEngine>, IDisposable
{
    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Theory]
    [InlineData("Created")]
    [InlineData("Booting")]
    [InlineData("SshReady")]
    public async Task A_killed_dockerd_ends_the_start_at_any_rung_and_what_it_left_can_be_removed(string rung)
    {
        Assert.SkipWhen(SecondEngine.Missing is not null, SecondEngine.Missing ?? "");
        _environment.Write(
            append: rung == "Booting" ? "stuck-boot" : "stuck-service",
            more: rung == "Created" ? WaitsForAnother : "");
        using var starting = Run("Start-ArchiveEnv small -Root $root -TimeoutSec 120");
        Wait.Until(() => starting.HasEnded || HasReached(rung), $"the rung {rung}");
        Assert.False(starting.HasEnded, starting.HasEnded ? (await starting.ResultAsync()).Error : "");

        engine.Kill();
        var (exitCode, _, error) = await starting.ResultAsync();

        Assert.NotEqual(0, exitCode);
        Assert.True(error.Contains("DockerUnavailable", StringComparison.Ordinal), error);
        engine.Begin();
        using var removing = Run("Remove-ArchiveEnv small -Root $root -Force");
        (exitCode, _, error) = await removing.ResultAsync();
        Assert.True(exitCode == 0, error);
        Assert.Equal("", Remains());
    }

    [Fact]
    public async Task An_engine_without_room_ends_the_start_with_its_reason_and_nothing_is_left()
    {
        Assert.SkipWhen(SecondEngine.Missing is not null, SecondEngine.Missing ?? "");
        using (engine.Fill())
        {
            using var starting = Run("Start-ArchiveEnv small -Root $root -TimeoutSec 60");
            var (exitCode, _, error) = await starting.ResultAsync();

            Assert.NotEqual(0, exitCode);
            Assert.True(error.Contains("no space left on device", StringComparison.Ordinal), error);
        }

        Assert.Equal("", Remains());
    }

    private const string WaitsForAnother =
        $"""
            depends_on:
              other:
                condition: service_healthy
          other:
            image: dockerarchive-test/small-guest:runner
            entrypoint: [sleep, infinity]
            healthcheck:
              test: [CMD, "false"]
              start_period: 1h
        """;

    private bool HasReached(string rung)
    {
        var containers = engine.Docker("ps", "-q").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return containers.Length > 0 && (rung == "Created"
            || engine.Docker("logs", containers[0]).Contains(
                rung == "Booting" ? "stays without sshd" : "Password auth succeeded", StringComparison.Ordinal));
    }

    /// <summary>A process beside the engine, whose last word is the id of its error.</summary>
    private ModuleProcess Run(string script) => new(
        $"$root = '{_environment.Root}'; $ErrorActionPreference = 'Stop'; "
        + $"try {{ {script} }} catch {{ [Console]::Error.WriteLine($_.FullyQualifiedErrorId); throw }}",
        engine.Prefix,
        engine.Host);

    private string Remains() => engine.Docker("ps", "-aq")
        + engine.Docker("network", "ls", "-q", "--filter", $"label=com.docker.compose.project={_environment.Project}");
}
