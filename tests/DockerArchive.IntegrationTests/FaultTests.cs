using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace DockerArchive.IntegrationTests;

/// <summary>Starts that go wrong, on a copy of the environment with a project of its own, so that the shared one is left alone.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class FaultTests : IDisposable
{
    private readonly RunningEnvironment _environment;
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _project = $"dockerarchive-test-{Guid.NewGuid().ToString("n")[..8]}";

    public FaultTests(RunningEnvironment environment)
    {
        _environment = environment;
        Write();
    }

    public void Dispose()
    {
        var left = Cli.Remains(_project);
        _environment.Module.Run("Remove-ArchiveEnv x -Root $root -Force -ErrorAction Ignore", ("root", _root));
        Directory.Delete(_root, recursive: true);
        Assert.Equal("", left);
    }

    private void Write(string image = RunningEnvironment.Image, string more = "", string port = "127.0.0.1::22")
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "x")).FullName;
        File.WriteAllText(Path.Combine(directory, ".env"), $"VERSION=v0\nIMAGE=x\nCOMPOSE_PROJECT_NAME={_project}\n");
        File.WriteAllText(
            Path.Combine(directory, "docker-compose.yml"), $"services:\n  vm:\n    image: {image}\n    ports: [\"{port}\"]\n    tty: true\n{more}");
    }

    private RunResult Run(string script) => _environment.Module.Run(script, ("root", _root));

    [Fact]
    public void An_image_that_is_nowhere_names_the_way_to_make_it()
    {
        Write(image: "example.invalid/nothing:v1");
        var result = Run("Start-ArchiveEnv x -Root $root");

        Assert.Equal("ImageNotFound", result.ErrorId);
        Assert.Equal("example.invalid/nothing:v1", result.Errors[0].TargetObject);
        Assert.Contains("Build-ArchiveEnv x", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_was_asked_for_and_is_taken_is_an_error()
    {
        var port = _environment.Instance.Properties["Port"].Value;
        var result = Run($"Start-ArchiveEnv x -Root $root -Port {port}");

        Assert.Equal("PortTaken", result.ErrorId);
        Assert.Equal(port, result.Errors[0].TargetObject);
    }

    [Fact]
    public async Task A_machine_that_freezes_or_dies_during_a_command_is_an_error_within_seconds()
    {
        var instance = Assert.Single(RunningEnvironment.Succeeded(Run("Start-ArchiveEnv x -Root $root -TimeoutSec 300")));
        var container = (string)instance.Properties["ContainerId"].Value;
        await EndsCommandsAsync(() => Cli.Docker("pause", container));
        Cli.Docker("unpause", container);
        await EndsCommandsAsync(() => Cli.Docker("kill", container));
        RunningEnvironment.Succeeded(Run("Remove-ArchiveEnv x -Root $root -Force"));
    }

    /// <summary>Has a command and a build run, and shows that something ends both.</summary>
    private async Task EndsCommandsAsync(Action happens)
    {
        using var commander = new ModuleRunspace();
        using var command = commander.Create($"Invoke-ArchiveCommand x 'echo up; sleep 1000' -Root '{_root}'");
        var running = await FirstOutputAsync(command);
        using var builder = new ModuleRunspace();
        using var build = builder.Create($"Invoke-BuildctlBuild x '{_root}/context' -Root '{_root}' -NoCache -Stream | Where-Object Kind -eq StepLog");
        WriteLongBuild();
        var building = await FirstOutputAsync(build);

        happens();

        Assert.True(running.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        Assert.StartsWith("GuestConnectionLost,", Assert.Single(command.Streams.Error).FullyQualifiedErrorId, StringComparison.Ordinal);

        // The build's clean-up tries once more to reach the guest.
        Assert.True(building.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(60)));
        Assert.StartsWith("GuestConnectionLost,", Assert.Single(build.Streams.Error).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_port_gives_way_to_a_free_one_with_a_warning()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Write(port: $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}:22");
        var result = Run("Start-ArchiveEnv x -Root $root -Until Booting; Remove-ArchiveEnv x -Root $root -Force");

        var instance = Assert.Single(RunningEnvironment.Succeeded(result));
        Assert.NotEqual(((IPEndPoint)taken.LocalEndpoint).Port, instance.Properties["Port"].Value);
        Assert.Contains("is taken", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_does_not_come_up_in_time_is_removed_and_its_console_shown()
    {
        var result = Run("Start-ArchiveEnv x -Root $root -TimeoutSec 6");

        Assert.Equal("GuestNotReady", result.ErrorId);
        Assert.Equal(ErrorCategory.OperationTimeout, result.Errors[0].CategoryInfo.Category);
        Assert.Contains("did not reach SshReady within 6 s", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Contains("printed", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public void A_machine_that_dies_ends_the_wait_at_once_with_what_it_said()
    {
        Write(more: "    command: /start.sh -no-such-option\n");
        var result = Run("Start-ArchiveEnv x -Root $root");

        Assert.Equal("GuestEnded", result.ErrorId);
        Assert.Contains("exit code 1", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-option", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_a_start_leaves_nothing()
    {
        using var powershell = _environment.Module.Create($"Start-ArchiveEnv x -Root '{_root}'");
        var running = powershell.InvokeAsync();
        while (Cli.Docker("ps", "-q", "--filter", $"label=com.docker.compose.project={_project}").Length == 0)
            Assert.False(running.IsCompleted);
        await powershell.StopAsync(null, null);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
    }

    [Fact]
    public async Task Stopping_a_build_of_images_leaves_no_container_and_no_half_image()
    {
        using var powershell = _environment.Module.Create($"Build-ArchiveEnv {RunningEnvironment.Name} -Root '{Copy()}'");
        var converting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        powershell.Streams.Progress.DataAdded += (_, e) =>
        {
            if (powershell.Streams.Progress[e.Index].Activity.Contains("[disk 1/1]", StringComparison.Ordinal))
                converting.TrySetResult();
        };
        var running = powershell.InvokeAsync();
        await converting.Task.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await powershell.StopAsync(null, null);
        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);

        Assert.Equal("", Cli.Docker("ps", "-aq", "--filter", $"name=dockerarchive-{_project}"));
        Assert.Equal("", Cli.Docker("images", "-q", "--filter", $"reference=dockerarchive-{_project}*"));
        Assert.Equal("", Cli.Docker("images", "-q", $"dockerarchive/{_project}:vm_*"));
        Cli.Docker("rmi", $"dockerarchive/{_project}:ctr_buildkit-docker-v20.10.24_v0.1.0");
    }

    /// <summary>The environment under another root with another disk size, so that its disk has to be made.</summary>
    private string Copy()
    {
        var source = Path.Combine(ModuleRunspace.Root, RunningEnvironment.Name);
        var target = Directory.CreateDirectory(Path.Combine(_root, RunningEnvironment.Name)).FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var settings = Path.Combine(target, ".env");
        File.WriteAllText(
            settings, File.ReadAllText(settings).Replace(RunningEnvironment.Project, _project, StringComparison.Ordinal) + "SIZE=3G\n");
        var compose = Path.Combine(target, "docker-compose.yml");
        File.WriteAllText(compose, File.ReadAllText(compose).Replace("ssst0n3/docker_archive:", $"dockerarchive/{_project}:", StringComparison.Ordinal));
        return _root;
    }

    [Fact]
    public void An_environment_that_is_not_running_says_how_to_start_it()
    {
        var result = Run("Get-BuildkitStatus x -Root $root");

        Assert.Equal("EnvironmentNotRunning", result.ErrorId);
        Assert.Contains("Start-ArchiveEnv x", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_compose_started_is_seen_and_removed()
    {
        Cli.RunIn(Path.Combine(_root, "x"), "docker-compose", "up", "-d");
        var seen = Assert.Single(RunningEnvironment.Succeeded(Run("Get-ArchiveEnv x -Root $root -Running")));
        Assert.Equal("Running", seen.Properties["State"].Value.ToString());

        RunningEnvironment.Succeeded(Run("Stop-ArchiveEnv x -Root $root -TimeoutSec 0; Remove-ArchiveEnv x -Root $root"));
    }

    /// <summary>Writes what a build goes on with for long.</summary>
    private void WriteLongBuild()
    {
        var context = Directory.CreateDirectory(Path.Combine(_root, "context")).FullName;
        File.Copy(Path.Combine(ModuleRunspace.Root, "examples", "hello", "hello"), Path.Combine(context, "hello"), overwrite: true);
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM scratch\nCOPY hello /hello\nRUN [\"/hello\", \"long\", \"1000\", \"500\"]\n");
    }

    /// <summary>Starts a script and waits for the first that it gives out.</summary>
    private static async Task<IAsyncResult> FirstOutputAsync(PowerShell script)
    {
        var output = new PSDataCollection<PSObject>();
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => given.TrySetResult();
        var running = script.BeginInvoke<PSObject, PSObject>(null, output);
        await given.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        return running;
    }
}
