namespace DockerArchive.IntegrationTests;

/// <summary>Several processes that start the same instance, and processes that die while they do.</summary>
public sealed class SimultaneousStartTests : IDisposable
{
    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public async Task Processes_that_start_the_same_instance_at_once_get_the_same_machine()
    {
        ModuleProcess[] processes = [Starting(), Starting(), Starting()];
        try
        {
            var ids = new List<string>();
            foreach (var process in processes)
            {
                var (exitCode, output, error) = await process.ResultAsync();
                Assert.True(exitCode == 0, error);
                ids.Add(output);
            }

            Assert.Equal(Assert.Single(_environment.Containers("running")), Assert.Single(ids.Distinct()));
        }
        finally
        {
            foreach (var process in processes)
                process.Dispose();
        }
    }

    [Theory]
    [InlineData("Created")]
    [InlineData("Booting")]
    [InlineData("SshReady")]
    public async Task A_start_whose_process_was_killed_is_gone_on_with_by_the_next(string rung)
    {
        _environment.Write(append: rung == "SshReady" ? "stuck-service" : "");
        using (var killed = Starting())
        {
            var container = _environment.WaitForContainer(rung == "Created" ? null : "running");
            if (rung == "SshReady")
                SmallEnvironment.WaitForConsole(container, "Password auth succeeded");
            Assert.False(killed.HasEnded);
            killed.Kill();
        }

        var made = Assert.Single(_environment.Containers());
        using var next = Starting(until: rung == "SshReady" ? rung : "ServiceReady");
        var (exitCode, output, error) = await next.ResultAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal(made, output);
    }

    [Fact]
    public void What_a_killed_start_left_is_removed()
    {
        using (var killed = Starting())
        {
            _environment.WaitForContainer();
            killed.Kill();
        }

        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");

        Assert.Equal("", _environment.Remains());
    }

    /// <summary>A process that starts the instance and prints the id of its container.</summary>
    private ModuleProcess Starting(string until = "ServiceReady") =>
        new($"$ErrorActionPreference = 'Stop'; (Start-ArchiveEnv small -Root '{_environment.Root}' -Until {until}).ContainerId");
}
