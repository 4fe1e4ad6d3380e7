using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>Starts whose image is in a real registry.</summary>
public sealed class PullTests : IDisposable
{
    private const string Start = "(Start-ArchiveEnv small -Root $root -Until Created -Acceleration Tcg";

    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public void An_image_that_is_missing_is_pulled_and_its_layers_are_shown()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        var image = Push(registry);

        var refused = _environment.Run($"{Start} -Pull Never)");
        var result = _environment.Run($"{Start})");

        Assert.Equal("ImageNotFound", refused.ErrorId);
        Assert.Contains("-Pull Never", refused.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(image, Assert.Single(RunningEnvironment.Succeeded(result)).Properties["Image"].Value);
        Assert.Contains(result.Progress, p => p.StatusDescription.StartsWith($"pulling {image}: ", StringComparison.Ordinal)
            && p.StatusDescription.EndsWith("B of 16.01MB, 0 of 1 layers", StringComparison.Ordinal));
        var layer = Assert.Single(result.Progress.Where(p => p.ParentActivityId >= 0).GroupBy(p => p.ActivityId));
        Assert.Equal(ProgressRecordType.Completed, layer.Last().RecordType);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Forget(image);
    }

    [Fact]
    public void A_tag_that_has_moved_is_followed_when_that_is_asked_for()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        var image = Push(registry);
        Cli.Docker("pull", "-q", image);
        var before = Cli.Docker("image", "inspect", "--format", "{{.Id}}", image);
        Cli.Docker("tag", image, $"{image}-kept");
        registry.Push(image);
        Cli.Docker("tag", $"{image}-kept", image);

        Assert.Equal(before, Started($"{Start})"));
        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");
        var after = Started($"{Start} -Pull Always)");

        Assert.NotEqual(before, after);
        Assert.Equal(Cli.Docker("image", "inspect", "--format", "{{.Id}}", image), after);
        Forget(image);
        Cli.Docker("rmi", $"{image}-kept");
    }

    [Theory]
    [InlineData(RegistryAccess.Password)]
    [InlineData(RegistryAccess.Token)]
    public void A_registry_that_wants_a_login_is_given_that_of_docker_login(RegistryAccess access)
    {
        using var registry = new LoopbackRegistry(access);
        registry.Login();
        var image = Push(registry);

        Assert.Equal(image, registry.Run(_environment.Root, $"{Start}).Image"));
        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");
        Forget(image);
        File.Delete(Path.Combine(registry.DockerConfig, "config.json"));

        Assert.Contains("could not be pulled", registry.Run(_environment.Root, $"{Start}).Image"), StringComparison.Ordinal);
    }

    private string Push(LoopbackRegistry registry)
    {
        var image = $"{registry.Host}/small:{_environment.Project}";
        registry.Push(image);
        _environment.Write(image: image, more: "    command: [/hello, started, \"1\", \"10\"]");
        return image;
    }

    /// <summary>Id of the image that the container which a script starts was made from.</summary>
    private string Started(string script)
    {
        var container = Assert.Single(_environment.Succeeded(script)).Properties["ContainerId"].Value;
        return Cli.Docker("inspect", "--format", "{{.Image}}", $"{container}");
    }

    private void Forget(string image)
    {
        _environment.Run("Remove-ArchiveEnv small -Root $root -Force -ErrorAction Ignore");
        Cli.Docker("rmi", image);
    }
}
