using System.Diagnostics;
using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>Checkpoints of the small guest, whose memory is all of its file system but <c>/data</c>.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly SmallEnvironment _environment = new();

    public void Dispose()
    {
        _environment.Run("Remove-ArchiveCheckpoint small -Root $root");
        _environment.Dispose();
        Assert.Empty(Images());
    }

    [Fact]
    public void A_guest_goes_back_in_place()
    {
        var container = Start();
        var pin = File.ReadAllText(SmallEnvironment.PinOf(container));
        InGuest("echo before >/tmp/memory; echo before >/data/disk; sleep 1000 &");

        var saved = Assert.Single(_environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root -PassThru"));
        InGuest("echo after >/tmp/memory; echo after >/data/disk; kill $(pidof sleep); date -s 2020-01-01");
        var restored = Assert.Single(_environment.Succeeded("Restore-ArchiveEnv small -Root $root"));

        Assert.Equal("ServiceReady", restored.Properties["State"].Value.ToString());
        Assert.Equal(container, restored.Properties["ContainerId"].Value);
        Assert.Equal("before before", InGuest("cat /tmp/memory /data/disk; pidof sleep >/dev/null").Replace('\n', ' '));
        Assert.InRange(SecondsBehind(""), -2, 3);
        Assert.Equal(pin, File.ReadAllText(SmallEnvironment.PinOf(container)));

        Assert.Equal("default", saved.Properties["Name"].Value);
        Assert.Equal(1, saved.Properties["Cpus"].Value);
        Assert.Equal(256L << 20, saved.Properties["Memory"].Value);
        Assert.InRange((long)saved.Properties["Size"].Value, 10L << 20, 400L << 20);
        var listed = Assert.Single(_environment.Succeeded("Get-ArchiveCheckpoint -Root $root"));
        Assert.Equal(saved.Properties["Image"].Value, listed.Properties["Image"].Value);
        Assert.Equal(saved.Properties["Size"].Value, listed.Properties["Size"].Value);

        Assert.Equal("CheckpointExists", _environment.Run("Checkpoint-ArchiveEnv small -Root $root").ErrorId);
        _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root -Force");
        Assert.Single(Images());
        Assert.Equal("CheckpointNotFound", _environment.Run("Restore-ArchiveEnv small nope -Root $root").ErrorId);

        _environment.Succeeded("Stop-ArchiveEnv small -Root $root -TimeoutSec 0; Restore-ArchiveEnv small -Root $root");
        Assert.Equal("before", InGuest("cat /tmp/memory"));

        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");
        Assert.Empty(Images());
    }

    [Theory]
    [InlineData("runner")]
    [InlineData("published")]
    public void A_new_instance_begins_where_the_other_was(string form)
    {
        if (form == "published")
        {
            _environment.WriteCompose($"""
                services:
                  vm:
                    image: {SmallGuest.Published}
                    ports: ["127.0.0.1::22"]
                    command: [/start.sh, -m, 256M]
                """);
        }

        var first = Start();
        var boot = BootOf();
        _environment.Succeeded("Checkpoint-ArchiveEnv small clean -Root $root");

        var second = Assert.Single(_environment.Succeeded("Start-ArchiveEnv small -Root $root -Instance two -FromCheckpoint clean"));

        Assert.Equal(boot, BootOf("-two"));
        Assert.InRange(SecondsBehind("-two"), -2, 3);
        Assert.Equal(KeyOf(first), KeyOf((string)second.Properties["ContainerId"].Value));

        // It has a checkpoint to go back to from the first moment.
        InGuest("touch /tmp/after", "-two");
        _environment.Succeeded($"Restore-ArchiveEnv {_environment.Project}-two clean -Root $root");
        Assert.Equal("gone", InGuest("[ -e /tmp/after ] || echo gone", "-two"));

        Assert.Equal("CheckpointInUse", _environment.Run("Remove-ArchiveCheckpoint small -Root $root").ErrorId);
        Assert.Equal("CheckpointInUse", _environment.Run($"Checkpoint-ArchiveEnv {_environment.Project} clean -Root $root -Force").ErrorId);
        _environment.Succeeded($"Remove-ArchiveEnv {_environment.Project} -Root $root -Force");
        Assert.Single(Images());
        _environment.Succeeded($"Remove-ArchiveEnv {_environment.Project}-two -Root $root -Force -KeepCheckpoint");
        Assert.Single(Images());

        Start();
        Assert.Equal("CheckpointElsewhere", _environment.Run("Restore-ArchiveEnv small clean -Root $root").ErrorId);
        Assert.NotEqual(boot, BootOf());
        _environment.Succeeded("Remove-ArchiveCheckpoint small clean -Root $root");
        Assert.Empty(Images());
    }

    [Fact]
    public void A_fast_start_boots_once_until_something_changes()
    {
        const string start = "Start-ArchiveEnv small -Root $root -Acceleration Tcg -Fast";
        _environment.Succeeded(start);
        var boot = BootOf();
        _environment.Succeeded($"{start} -Instance two");
        Assert.Equal(boot, BootOf("-two"));
        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force -KeepCheckpoint");

        var refused = _environment.Run("Start-ArchiveEnv small -Root $root -FromCheckpoint fast -Memory 300M");
        Assert.Equal("CheckpointOutdated", refused.ErrorId);
        Assert.Contains("memory", refused.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("", _environment.Remains());

        var changed = _environment.Run($"{start} -Memory 300M");
        Assert.Contains("memory", Assert.Single(changed.Warnings), StringComparison.Ordinal);
        Assert.NotEqual(boot, BootOf());
        Assert.Single(Images());

        _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force -KeepCheckpoint");
        Assert.Equal("ImageNotFound", _environment.Run($"{start} -Memory 300M -Pull Always").ErrorId);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public void Stopping_a_fast_start_while_it_saves_leaves_nothing()
    {
        using var starting = _environment.Module.Create($"Start-ArchiveEnv small -Root '{_environment.Root}' -Acceleration Tcg -Fast");
        var running = starting.BeginInvoke();
        Wait.Until(
            () => _environment.Containers("running") is [var container] && Cli.Docker("top", container).Contains("flock 9", StringComparison.Ordinal),
            "a conversation with QEMU");
        starting.Stop();

        Assert.Equal(PSInvocationState.Stopped, starting.InvocationStateInfo.State);
        Assert.True(running.IsCompleted);
        Assert.Equal("", _environment.Remains());
        Assert.Empty(Images());
    }

    [Fact]
    public void A_removed_checkpoint_leaves_nothing_on_the_disk_of_a_machine_that_runs()
    {
        var container = Start();
        _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root");
        Assert.Contains("Snapshot list", Snapshots(), StringComparison.Ordinal);
        _environment.Succeeded("Remove-ArchiveCheckpoint small -Root $root");

        Assert.DoesNotContain("Snapshot list", Snapshots(), StringComparison.Ordinal);

        string Snapshots() => Cli.Docker("exec", container, "qemu-img", "info", "--force-share", "/disk.qcow2");
    }

    [Fact]
    public void A_checkpoint_of_another_image_is_refused()
    {
        var image = $"{_environment.Project}:v1";
        try
        {
            Cli.Docker("tag", SmallGuest.Runner, image);
            _environment.Write(image: image);
            Start();
            _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root");
            Cli.Run("sh", "-c", $"printf 'FROM {SmallGuest.Runner}\\nLABEL changed=yes\\n' | docker build --quiet --tag {image} -");

            var refused = _environment.Run("Start-ArchiveEnv small -Root $root -Instance two -FromCheckpoint default");

            Assert.Equal("CheckpointOutdated", refused.ErrorId);
            Assert.Contains(image, refused.Errors[0].ToString(), StringComparison.Ordinal);
        }
        finally
        {
            _environment.Succeeded("Remove-ArchiveEnv small -Root $root -Force");
            Cli.Docker("rmi", image);
        }
    }

    [Fact]
    public void What_compose_started_has_no_checkpoints()
    {
        Cli.RunIn(_environment.Directory, "docker", "compose", "up", "-d");
        _environment.Succeeded("Wait-ArchiveEnv small -Root $root");

        Assert.Equal("NoQmp", _environment.Run("Checkpoint-ArchiveEnv small -Root $root").ErrorId);
        Assert.Equal("yes", InGuest("echo yes"));
    }

    [Fact]
    public void Stopping_a_checkpoint_leaves_none_and_the_guest_running()
    {
        var container = Start();
        using var saving = _environment.Module.Create("Checkpoint-ArchiveEnv small -Root $root");
        var running = saving.BeginInvoke();
        Wait.Until(() => Cli.Docker("top", container).Contains("flock 9", StringComparison.Ordinal), "a conversation with QEMU");
        saving.Stop();

        Assert.Equal(PSInvocationState.Stopped, saving.InvocationStateInfo.State);
        Assert.True(running.IsCompleted);
        Assert.Empty(Images());
        Assert.Equal("yes", InGuest("echo yes"));
        _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root");
        Assert.Single(Images());
    }

    [Theory]
    [InlineData("flock 9")]
    [InlineData("paused")]
    public void A_guest_goes_on_when_the_process_that_saves_it_is_killed(string moment)
    {
        var container = Start();
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"),
            ["-Command", $"Import-Module '{ModuleRunspace.Manifest}'; Checkpoint-ArchiveEnv small -Root '{_environment.Root}'"]))!;
        Wait.Until(
            () => process.HasExited || (moment == "paused"
                ? Cli.Docker("inspect", "--format", "{{.State.Status}}", container) == moment
                : Cli.Docker("top", container).Contains(moment, StringComparison.Ordinal)),
            moment);
        Assert.False(process.HasExited);
        process.Kill();
        process.WaitForExit();

        Wait.Until(() => Cli.Docker("inspect", "--format", "{{.State.Status}}", container) == "running", "the container to go on");
        Assert.Equal("yes", InGuest("echo yes"));

        // What the engine had been asked for it has completed, or not begun.
        var checkpoints = _environment.Succeeded("Get-ArchiveCheckpoint -Root $root");
        Assert.Equal(checkpoints.Count, Images().Length);
        if (checkpoints.Count > 0)
            _environment.Succeeded("Restore-ArchiveEnv small -Root $root");
        _environment.Succeeded("Checkpoint-ArchiveEnv small -Root $root -Force");
    }

    private string Start() => (string)Assert.Single(
        _environment.Succeeded("Start-ArchiveEnv small -Root $root -Acceleration Tcg")).Properties["ContainerId"].Value;

    private string InGuest(string command, string instance = "") => string.Join(
        '\n',
        _environment.Succeeded($"Invoke-ArchiveCommand {_environment.Project}{instance} -Root $root '{command}'").Select(line => line.ToString()));

    /// <summary>What is drawn anew at each boot: where the first process has its stack.</summary>
    private string BootOf(string instance = "") => InGuest("grep -F [stack] /proc/1/maps", instance);

    private double SecondsBehind(string instance) =>
        DateTimeOffset.UtcNow.ToUnixTimeSeconds() - double.Parse(InGuest("date +%s", instance), System.Globalization.CultureInfo.InvariantCulture);

    private static string KeyOf(string container) => File.ReadAllText(SmallEnvironment.PinOf(container)).Split(' ', 2)[1];

    /// <summary>Images of checkpoints of this environment.</summary>
    private string[] Images() => Cli.Docker(
            "images", "--quiet", "--filter", $"label=com.docker.compose.project.working_dir={_environment.Directory}")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
