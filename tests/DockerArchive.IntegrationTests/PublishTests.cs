using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>Images on their way into a real registry, and what is told of them.</summary>
public sealed class PublishTests : IDisposable
{
    private const string Publish = $"Publish-ArchiveEnv {ImageEnvironment.Name} -Root $root";

    private readonly ImageEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    private string Elsewhere(LoopbackRegistry registry) => $"{registry.Host}/{_environment.Repository}";

    [Fact]
    public void All_names_are_pushed_to_a_mirror_and_an_overlay_leads_there()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        _environment.MakeImages();
        var before = _environment.Local();

        var result = _environment.Run($"{Publish} -Registry {registry.Host} -Mirror");
        var pushed = RunningEnvironment.Succeeded(result);

        Assert.Equal(ImageEnvironment.Tags().Select(t => $"{Elsewhere(registry)}:{t}"), pushed.Select(p => p.Properties["Reference"].Value));
        Assert.Equal(["Ctr", "Dqd", "Ctr", "Dqd"], pushed.Select(p => $"{p.Properties["Stage"].Value}"));
        Assert.Equal([null, null, pushed[0].ToString(), pushed[1].ToString()], pushed.Select(p => p.Properties["Target"].Value));
        Assert.All(pushed, p => Assert.Equal(false, p.Properties["UpToDate"].Value));
        Assert.All(pushed, p => Assert.InRange((long)p.Properties["Size"].Value, 500, 5000));
        Assert.Equal(pushed[1].Properties["Digest"].Value, pushed[3].Properties["Digest"].Value);
        Assert.Equal(ImageEnvironment.Tags().Order(StringComparer.Ordinal), registry.Tags(_environment.Repository));
        Assert.Contains(result.Progress, p => p.ParentActivityId >= 0);
        Assert.All(result.Progress.GroupBy(p => p.ActivityId), line => Assert.Equal(ProgressRecordType.Completed, line.Last().RecordType));

        Assert.Equal(before, _environment.Local());
        Assert.Equal($"services:\n  vm:\n    image: {Elsewhere(registry)}:${{IMAGE}}_${{VERSION}}\n", File.ReadAllText(_environment.Overlay));
        Assert.Contains(
            $"image: {pushed[1]}\n",
            Cli.RunIn(_environment.Directory, "docker-compose", "-f", "docker-compose.yml", "-f", "docker-compose.mirror.yml", "config"),
            StringComparison.Ordinal);

        var again = RunningEnvironment.Succeeded(_environment.Run($"{Publish} -Registry {registry.Host} -Mirror -Stage Dqd"));
        Assert.Equal([true, true], again.Select(p => p.Properties["UpToDate"].Value));
        Assert.Equal(pushed[1].Properties["Digest"].Value, again[0].Properties["Digest"].Value);
    }

    [Fact]
    public void Images_of_another_repository_are_pushed_from_there()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        var repository = $"{registry.Host}/{_environment.Project}/other";
        _environment.MakeImages();
        foreach (var tag in ImageEnvironment.Tags()[..2])
            Cli.Docker("tag", $"{_environment.Repository}:{tag}", $"{repository}:{tag}");

        var pushed = RunningEnvironment.Succeeded(_environment.Run($"{Publish} -Repository {repository}"));

        Assert.Equal(ImageEnvironment.Tags().Select(t => $"{repository}:{t}"), pushed.Select(p => p.Properties["Reference"].Value));
        Assert.Equal(ImageEnvironment.Tags().Order(StringComparer.Ordinal), registry.Tags($"{_environment.Project}/other"));
    }

    [Fact]
    public void What_is_here_and_what_is_published_is_told()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        _environment.MoveTo(registry.Host);
        const string list = $"Get-ArchiveEnv {ImageEnvironment.Name} -Root $root | Get-ArchiveImage -Root $root";
        _environment.MakeImages();
        Assert.Equal([true, false, true, false], _environment.Run($"{list} | ForEach-Object {{ $_.Id -ne $null }}").As<bool>());
        var pushed = RunningEnvironment.Succeeded(_environment.Run(Publish));
        Assert.Equal(4, _environment.Local().Length);

        // The next version is made, and not published yet.
        var tags = ImageEnvironment.Tags();
        _environment.Make(tags[1]);
        var images = RunningEnvironment.Succeeded(_environment.Run($"{list} -Online"));

        Assert.Equal([tags[0], tags[2], tags[1], tags[3]], images.Select(i => $"{i}".Split(':')[^1]));
        Assert.All(images, i => Assert.Equal(ImageEnvironment.IdOf($"{i}"), i.Properties["Id"].Value));
        Assert.Equal([false, false, false, true], images.Select(i => i.Properties["LeadsElsewhere"].Value));
        Assert.All(images, i => Assert.Equal(true, i.Properties["IsPublished"].Value));
        Assert.Equal(
            pushed.Select(p => p.Properties["Digest"].Value).Order(),
            _environment.Run($"({list} -Online).Published.Digest").As<string>().Order());

        RunningEnvironment.Succeeded(_environment.Run(Publish));
        Assert.DoesNotContain(true, _environment.Run($"({list} -Online).LeadsElsewhere").As<bool>());

        registry.Interrupt();
        var silent = _environment.Run($"{list} -Online");
        Assert.Equal("RegistryUnavailable", silent.ErrorId);
        Assert.Equal([null, null, null, null], silent.Output.Select(i => i.Properties["IsPublished"].Value));
        registry.Resume();
    }

    [Theory]
    [InlineData(RegistryAccess.Password)]
    [InlineData(RegistryAccess.Token)]
    public void A_registry_that_wants_a_login_is_given_that_of_docker_login_or_of_a_credential_helper(RegistryAccess access)
    {
        using var registry = new LoopbackRegistry(access);
        _environment.MoveTo(registry.Host);
        _environment.MakeImages();
        var before = _environment.Local();
        const string error = $"{Publish} -ErrorVariable failed -ErrorAction SilentlyContinue; \"$($failed.Count) $($failed[0].FullyQualifiedErrorId) $($failed[0].CategoryInfo.Category) $($failed[0].Exception.Message)\"";

        var refused = registry.Run(_environment.Root, error);
        Assert.StartsWith($"1 PushDenied,DockerArchive.Commands.PublishArchiveEnvCommand PermissionDenied Image '{_environment.Repository}:{ImageEnvironment.Tags()[0]}'", refused, StringComparison.Ordinal);
        Assert.EndsWith($"docker login {registry.Host}", refused, StringComparison.Ordinal);
        Assert.Equal(before, _environment.Local());

        if (access is RegistryAccess.Password)
            registry.LoginByHelper();
        else
            registry.Login();
        Assert.Equal("4 4", registry.Run(_environment.Root, $"\"$(({Publish}).Count) $((Get-ArchiveImage {ImageEnvironment.Name} -Root $root -Online).Published.Count)\""));
    }

    [Fact]
    public void An_alias_is_moved_only_when_all_versions_are_there_and_taken_back_when_it_is_not_pushed()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        _environment.MoveTo(registry.Host);
        var tags = ImageEnvironment.Tags();
        var old = _environment.Make(tags[3]);
        _environment.Make(tags[1]);

        var missing = _environment.Run($"{Publish} -Registry {registry.Host}/mirror -Mirror");
        Assert.Equal("ImageNotFound", missing.ErrorId);
        Assert.Contains($"'{_environment.Repository}:{tags[0]}' of environment '{ImageEnvironment.Name}' is not on the Docker host and so cannot be pushed to {registry.Host}. Make it with: Build-ArchiveEnv {ImageEnvironment.Name}", missing.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Empty(missing.Output);
        Assert.False(File.Exists(_environment.Overlay));
        Assert.Empty(registry.Tags("mirror/archive"));

        _environment.Make(tags[0]);
        registry.Interrupt();
        var unreachable = _environment.Run($"{Publish} -MaximumRetryCount 0");
        Assert.Equal("RegistryUnavailable", unreachable.ErrorId);
        Assert.Equal(old, ImageEnvironment.IdOf($"{_environment.Repository}:{tags[3]}"));
        Assert.Equal(3, _environment.Local().Length);
        registry.Resume();
    }

    [Fact]
    public async Task A_push_is_tried_again_until_the_registry_answers()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        _environment.MakeImages();
        registry.Interrupt();
        using var script = new BackgroundScript(_environment.Root, $"{Publish} -Registry {registry.Host} -MaximumRetryCount 60 -RetryIntervalSec 1");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(script.HasEnded);
        registry.Resume();
        var result = await script.ResultAsync();

        Assert.Equal(4, RunningEnvironment.Succeeded(result).Count);
        Assert.Contains(result.Warnings, w => w.Contains("does not answer", StringComparison.Ordinal) && w.EndsWith("Trying again in 1 s (1 of 60).", StringComparison.Ordinal));
    }

    [Fact]
    public void A_registry_that_does_not_answer_is_asked_once_for_each_further_environment()
    {
        _environment.MakeImages();
        _environment.Write("images/v1.0.1", _environment.Repository);
        foreach (var tag in ImageEnvironment.Tags("images/v1.0.1")[..2])
            _environment.Make(tag);
        var result = _environment.Run("Publish-ArchiveEnv images/* -Root $root -Registry localhost:1 -Mirror -MaximumRetryCount 1 -RetryIntervalSec 1");

        Assert.Equal(["RegistryUnavailable", "RegistryUnavailable"], result.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
        Assert.All(result.Errors, e => Assert.Equal(ErrorCategory.ConnectionError, e.CategoryInfo.Category));
        Assert.Single(result.Warnings);
        Assert.Equal(4, _environment.Local().Length);
        Assert.False(File.Exists(_environment.Overlay));
    }

    [Fact]
    public async Task Stopping_the_pipeline_stops_the_push()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Open);
        _environment.Make(ImageEnvironment.Tags()[1], LoopbackRegistry.LayerBytes);
        using var powershell = _environment.Module.Create($"Publish-ArchiveEnv {ImageEnvironment.Name} -Root '{_environment.Root}' -Registry {registry.Host} -Stage Dqd");
        var pushing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        powershell.Streams.Progress.DataAdded += (_, _) =>
        {
            if (powershell.Streams.Progress[^1].StatusDescription.StartsWith("pushing", StringComparison.Ordinal) && pushing.TrySetResult())
                registry.Freeze();
        };

        var running = powershell.InvokeAsync();
        await pushing.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await powershell.StopAsync(null, null).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        registry.Thaw();

        Assert.Contains(powershell.Streams.Progress, p => p.StatusDescription.EndsWith("B of 16.00MB, 0 of 1 layers", StringComparison.Ordinal));
        Assert.Empty(registry.Tags(_environment.Repository));
        Assert.Single(_environment.Local());
    }

    [Fact]
    public void An_overlay_that_says_more_than_the_image_is_left_alone()
    {
        const string own = "services:\n  vm:\n    image: other.invalid/x\n    command: [/hello]\n";
        _environment.MakeImages();
        File.WriteAllText(_environment.Overlay, own);
        var result = _environment.Run($"{Publish} -Registry localhost:1 -Mirror");

        Assert.Equal("OverlayExists", result.ErrorId);
        Assert.Contains("command: [/hello]", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(own, File.ReadAllText(_environment.Overlay));
    }
}
