namespace DockerArchive.IntegrationTests;

/// <summary>Containers whose labels speak of what is no longer there.</summary>
public sealed class StaleLabelTests : IDisposable
{
    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Theory]
    [InlineData("renamed")]
    [InlineData("removed")]
    public void An_instance_whose_directory_is_gone_is_ended_by_its_name(string what)
    {
        var instance = _environment.Succeeded("Start-ArchiveEnv small -Root $root -Until Created");
        if (what == "renamed")
            Directory.Move(_environment.Directory, Path.Combine(_environment.Root, "other"));
        else
            Directory.Delete(_environment.Directory, recursive: true);

        _environment.Succeeded("Stop-ArchiveEnv small -Root $root -TimeoutSec 0; Remove-ArchiveEnv small -Root $root");

        Assert.Single(instance);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public void A_label_alone_makes_an_instance_that_can_be_removed()
    {
        var container = Cli.Docker(
            "create", "--name", $"{_environment.Project}-x", "--label", $"com.docker.compose.project={_environment.Project}",
            "--label", "com.docker.compose.service=vm", "--label", "com.docker.compose.project.working_dir=/nonexistent",
            "--label", $"io.github.dockerarchive.environment=gone/{_environment.Project}", "debian:bookworm-slim");
        Assert.Equal(container, Assert.Single(_environment.Containers()));

        _environment.Succeeded($"Remove-ArchiveEnv gone/{_environment.Project} -Root $root");

        Assert.Equal("", _environment.Remains());
    }
}
