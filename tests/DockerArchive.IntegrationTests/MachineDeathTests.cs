using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>Machines that die or hang while a start waits for them: real ones, of the small guest.</summary>
public sealed class MachineDeathTests : IDisposable
{
    private const string Start = "Start-ArchiveEnv small -Root $root -TimeoutSec 120";

    private readonly SmallEnvironment _environment = new();

    public void Dispose() => _environment.Dispose();

    [Theory]
    [InlineData("Booting", "kill container")]
    [InlineData("Booting", "kill QEMU")]
    [InlineData("Booting", "remove")]
    [InlineData("Booting", "stop")]
    [InlineData("SshReady", "kill container")]
    [InlineData("SshReady", "kill QEMU")]
    [InlineData("SshReady", "remove")]
    [InlineData("SshReady", "stop")]
    public async Task A_machine_that_ends_at_any_rung_ends_the_start(string rung, string how)
    {
        _environment.Write(append: rung == "Booting" ? "stuck-boot" : "stuck-service");
        using var starting = _environment.Begin(Start);
        var container = _environment.WaitForContainer("running");
        SmallEnvironment.WaitForConsole(container, rung == "Booting" ? "stays without sshd" : "Password auth succeeded");

        End(container, how);
        var result = await starting.ResultAsync();

        Assert.Equal("GuestEnded", result.ErrorId);
        Assert.Equal(ErrorCategory.ResourceUnavailable, result.Errors[0].CategoryInfo.Category);
        Assert.Equal(_environment.Project, result.Errors[0].TargetObject);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Equal("", _environment.Remains());
        if (how.StartsWith("kill", StringComparison.Ordinal))
        {
            Assert.Equal(137L, Of(result, "ExitCode"));
            Assert.Contains("small-guest:", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        }
    }

    private static void End(string container, string how)
    {
        switch (how)
        {
            case "kill container":
                Cli.Docker("kill", container);
                break;
            case "kill QEMU":
                Cli.Docker(
                    "exec", container, "sh", "-c", "for p in /proc/[0-9]*; do case $(cat $p/comm) in qemu-system*) kill -9 ${p#/proc/} ;; esac; done");
                break;
            case "remove":
                Cli.Docker("rm", "-f", container);
                break;
            default:
                Cli.Docker("stop", container);
                break;
        }
    }

    [Theory]
    [InlineData("panic", null)]
    [InlineData("rdinit=/none root=/dev/none", "finds no root file system")]
    public void A_kernel_that_panics_ends_the_start_with_what_it_said(string append, string? cause)
    {
        _environment.Write(append);
        var result = _environment.Run(Start);

        Assert.Equal("GuestPanicked", result.ErrorId);
        Assert.Contains("Kernel panic - not syncing", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(cause is not null, Of(result, "Cause") is not null);
        Assert.Contains(cause ?? "", Of(result, "Cause") as string ?? "", StringComparison.Ordinal);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public void A_disk_that_cannot_grow_pauses_the_guest_and_ends_the_start()
    {
        // The runner's disk lies on a container's shared memory, which has 64 MB.
        _environment.Write(
            append: "fill-disk", more: """    command: ["sh", "-c", "ln -s /dev/shm/disk.qcow2 /disk.qcow2 && exec /start.sh"]""");
        var result = _environment.Run(Start);

        Assert.Equal("GuestPaused", result.ErrorId);
        Assert.Contains("no space left", (string?)Of(result, "Cause") ?? "", StringComparison.Ordinal);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public void A_disk_that_is_none_ends_the_machine()
    {
        _environment.Write(more: """    command: ["sh", "-c", "echo no disk >/vm.qcow2 && exec /start.sh"]""");
        var result = _environment.Run(Start);

        Assert.Equal("GuestEnded", result.ErrorId);
        Assert.Equal(1L, Of(result, "ExitCode"));
        Assert.Contains("Build-ArchiveEnv -Force", (string?)Of(result, "Cause") ?? "", StringComparison.Ordinal);
        Assert.Equal("", _environment.Remains());
    }

    [Fact]
    public void A_forward_that_is_taken_in_the_container_ends_the_machine()
    {
        _environment.Write();
        var compose = Path.Combine(_environment.Directory, "docker-compose.yml");
        File.WriteAllText(compose, File.ReadAllText(compose) + "      QEMU_HOSTFWD: hostfwd=tcp::22-:23\n");
        var result = _environment.Run(Start);

        Assert.Equal("GuestEnded", result.ErrorId);
        Assert.Contains("QEMU_HOSTFWD", (string?)Of(result, "Cause") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_reaches_its_limit_of_memory_is_told_from_one_that_was_killed()
    {
        // Compose makes it and nobody starts it; the module does so, as somebody else's container.
        Cli.RunIn(_environment.Directory, "docker-compose", "up", "--no-start");
        var container = Assert.Single(_environment.Containers());
        var limited = Cli.Docker("update", "--memory", "48m", "--memory-swap", "48m", container);
        Assert.SkipUnless(limited.StartsWith(container, StringComparison.Ordinal), $"This engine does not limit memory: {limited}");

        var result = _environment.Run(Start);

        Assert.Equal("GuestEnded", result.ErrorId);
        Assert.Contains("limit of memory", (string?)Of(result, "Cause") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_never_starts_is_given_up_in_time()
    {
        _environment.Write(append: "stuck-service");
        var result = _environment.Run(Start.Replace("120", "15", StringComparison.Ordinal));

        Assert.Equal("GuestNotReady", result.ErrorId);
        Assert.Contains("did not reach ServiceReady within 15 s", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal("", _environment.Remains());
    }

    /// <summary>What the exception of the only error says beside its text.</summary>
    private static object? Of(RunResult result, string property) =>
        Assert.Single(result.Errors).Exception is var exception ? exception.GetType().GetProperty(property)!.GetValue(exception) : null;
}
