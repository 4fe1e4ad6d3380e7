using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>The life of instances, each a real virtual machine of the small guest.</summary>
public sealed class InstanceTests : IDisposable
{
    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Fact]
    public void Ten_run_at_once_and_a_second_call_returns_the_same_ten()
    {
        const string start = "Start-ArchiveEnv small -Root $root -Count 10 -ThrottleLimit 10 -TimeoutSec 300";
        var started = _environment.Succeeded(start);
        var again = _environment.Succeeded($"{start} -Until Created");

        string[] projects = [_environment.Project, .. Enumerable.Range(2, 9).Select(n => $"{_environment.Project}-{n}")];
        Assert.Equal(projects.Order(), started.Select(i => Text(i, "Project")).Order());
        Assert.Equal(Ids(started), Ids(again));
        Assert.Equal(10, started.Select(i => Text(i, "Port")).Distinct().Count());
        Assert.All(started, i => Assert.Equal("ServiceReady", Text(i, "State")));
        Assert.All(started, i => Assert.Equal("Created Booting SshReady ServiceReady", Rungs(i)));

        // Each is a machine of its own: each disk has made its own host key.
        Assert.Equal(10, started.Select(i => File.ReadAllText(SmallEnvironment.PinOf(Text(i, "ContainerId"))).Split(' ')[2]).Distinct().Count());

        var left = _environment.Succeeded("'small' | Remove-ArchiveEnv -Root $root -Force -ThrottleLimit 10");
        Assert.Empty(left);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public async Task What_is_ready_is_given_out_while_others_start_and_stopping_ends_only_those()
    {
        _environment.Write(append: "stuck-boot");
        Directory.Move(_environment.Directory, Path.Combine(_environment.Root, "stuck"));
        File.WriteAllText(
            Path.Combine(_environment.Root, "stuck", ".env"), $"VERSION=v0\nIMAGE=small\nCOMPOSE_PROJECT_NAME={_environment.Project}-stuck\n");
        _environment.Write();
        using var starting = _environment.Module.Create($"'stuck', 'small' | Start-ArchiveEnv -Root '{_environment.Root}'");
        using var output = new PSDataCollection<PSObject>();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => ready.TrySetResult();
        var running = starting.BeginInvoke<PSObject, PSObject>(null, output);
        await ready.Task.WaitAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.False(running.IsCompleted);
        Assert.Equal(2, _environment.Containers("running").Length);
        starting.Stop();

        var kept = Assert.Single(output);
        Assert.Equal(_environment.Project, Text(kept, "Name"));
        Assert.Equal(Text(kept, "ContainerId"), Assert.Single(_environment.Containers()));
    }

    [Fact]
    public void Processors_memory_and_port_are_what_was_asked_for()
    {
        var instance = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root -Instance big -Cpus 3 -Memory 384M"));

        Assert.Equal($"{_environment.Project}-big", Text(instance, "Name"));
        Assert.Equal("3", InGuest("big", "grep -c ^processor /proc/cpuinfo"));
        Assert.InRange(int.Parse(InGuest("big", "awk '/MemTotal/ { print $2 }' /proc/meminfo"), null), 300_000, 384 * 1024);
    }

    [Fact]
    public void A_machine_is_stopped_started_and_restarted_with_its_disk_and_host_key()
    {
        var first = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root"));
        var pin = SmallEnvironment.PinOf(Text(first, "ContainerId"));
        var key = File.ReadAllText(pin);
        Assert.Contains("InstanceRunning", _environment.Run("Remove-ArchiveEnv small -Root $root").ErrorId, StringComparison.Ordinal);

        // The guest writes a line to its disk when its power button is pressed, and QEMU ends by itself.
        var stopped = Assert.Single(_environment.Succeeded("Stop-ArchiveEnv small -Root $root -TimeoutSec 60 -PassThru"));
        Assert.Equal("Stopped", Text(stopped, "State"));
        Assert.Equal("0", Cli.Docker("inspect", "--format", "{{.State.ExitCode}}", Text(first, "ContainerId")));

        var second = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root"));
        Assert.Equal(Text(first, "ContainerId"), Text(second, "ContainerId"));
        Assert.Equal("shutdown", Shell("cat /data/shutdowns"));

        var third = Assert.Single(_environment.Succeeded("Restart-ArchiveEnv small -Root $root -ShutdownTimeoutSec 60"));
        Assert.Equal("ServiceReady", Text(third, "State"));
        Assert.Equal("shutdown\nshutdown", Shell("cat /data/shutdowns"));
        Assert.Equal(key, File.ReadAllText(pin));
    }

    [Fact]
    public void A_guest_that_ignores_its_power_button_is_ended_after_the_grace()
    {
        _environment.Write(append: "stuck-shutdown");
        var instance = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root"));

        _environment.Succeeded("Stop-ArchiveEnv small -Root $root -TimeoutSec 2");

        Assert.Equal("false", Cli.Docker("inspect", "--format", "{{.State.Running}}", Text(instance, "ContainerId")));
        Assert.DoesNotContain("shuts down", Cli.Docker("logs", Text(instance, "ContainerId")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_console_is_followed_until_the_machine_ends_and_one_stopped_by_hand_is_started_again()
    {
        var instance = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root"));
        using var following = _environment.Begin("Get-ArchiveConsole small -Root $root -Follow");

        Cli.Docker("stop", "--time", "60", Text(instance, "ContainerId"));
        var lines = RunningEnvironment.Succeeded(await following.ResultAsync());

        Assert.Contains(lines, l => Text(l, "Text") == "small-guest: ready");
        Assert.Contains(lines, l => Text(l, "Text") == "small-guest: shuts down");
        Assert.All(lines, l => Assert.Equal(_environment.Project, Text(l, "Instance")));
        Assert.Equal("Stopped", Text(Assert.Single(_environment.Succeeded("Get-ArchiveEnv small -Root $root")), "State"));
        var again = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root"));
        Assert.Equal(Text(instance, "ContainerId"), Text(again, "ContainerId"));
    }

    [Fact]
    public void What_compose_started_is_waited_for()
    {
        Cli.RunIn(_environment.Directory, "docker-compose", "up", "-d");
        var instance = Assert.Single(_environment.Succeeded("Wait-ArchiveEnv small -Root $root"));

        Assert.Equal("ServiceReady", Text(instance, "State"));
        Assert.Equal("Booting SshReady ServiceReady", Rungs(instance));
    }

    [Fact]
    public void A_published_image_takes_processors_and_memory_too_and_is_shut_down()
    {
        _environment.Write(image: SmallGuest.Published);
        var instance = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root -Cpus 1 -Memory 320M"));

        Assert.Equal("1", Shell("grep -c ^processor /proc/cpuinfo"));
        Assert.InRange(int.Parse(Shell("awk '/MemTotal/ { print $2 }' /proc/meminfo"), null), 250_000, 320 * 1024);

        _environment.Succeeded("Stop-ArchiveEnv small -Root $root -TimeoutSec 60");
        Assert.Equal("0", Cli.Docker("inspect", "--format", "{{.State.ExitCode}}", Text(instance, "ContainerId")));
        Assert.Contains("shuts down", Cli.Docker("logs", Text(instance, "ContainerId")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Created")]
    [InlineData("Booting")]
    [InlineData("SshReady")]
    public void A_start_goes_no_further_than_it_was_asked(string rung)
    {
        _environment.Write(append: rung == "SshReady" ? "stuck-service" : "stuck-boot");
        var instance = Assert.Single(_environment.Succeeded($"Start-ArchiveEnv small -Root $root -Until {rung}"));

        Assert.Equal(rung, Text(instance, "State"));
        Assert.EndsWith(rung, Rungs(instance), StringComparison.Ordinal);
    }

    [Fact]
    public void Anonymous_volumes_go_with_their_container()
    {
        // Docker itself makes one, as the image declares it.
        var image = $"{_environment.Project}:volume";
        Cli.Run("sh", "-c", "printf 'FROM %s\nVOLUME /kept\n' \"$1\" | docker build --quiet --tag \"$2\" -", "sh", SmallGuest.Runner, image);
        try
        {
            _environment.Write(image: image);
            var instance = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root -Until Created"));
            var volume = Cli.Docker("inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", Text(instance, "ContainerId"));
            Assert.Contains(volume, Cli.Docker("volume", "ls", "-q"), StringComparison.Ordinal);

            _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");

            Assert.DoesNotContain(volume, Cli.Docker("volume", "ls", "-q"), StringComparison.Ordinal);
        }
        finally
        {
            Cli.Docker("rmi", image);
        }
    }

    private string Shell(string command) => InGuest(null, command);

    /// <summary>Runs a command in the guest of an instance.</summary>
    private string InGuest(string? instance, string command) => string.Join('\n', _environment.Succeeded(
        $"Invoke-ArchiveCommand {_environment.Project}{(instance is null ? "" : $"-{instance}")} '{command.Replace("'", "''", StringComparison.Ordinal)}' -Root $root"));

    private static string Text(PSObject instance, string property) => $"{instance.Properties[property].Value}";

    private static string Rungs(PSObject instance) => string.Join(
        ' ', LanguagePrimitives.GetEnumerable(instance.Properties["Readiness"].Value).Cast<object>().Select(r => r.GetType().GetProperty("State")!.GetValue(r)));

    private static IEnumerable<string> Ids(IEnumerable<PSObject> instances) => instances.Select(i => Text(i, "ContainerId")).Order();
}
