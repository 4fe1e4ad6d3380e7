using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Restarts BuildKit's service in running environments, or on this machine.</summary>
[Cmdlet(VerbsLifecycle.Restart, "BuildkitService", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitStatus))]
public sealed class RestartBuildkitServiceCommand : BuildkitCmdlet
{
    /// <summary>The daemon's service unit, with or without <c>.service</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UnitCompleter))]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "buildkit";

    /// <summary>Wait until the daemon answers to buildctl; of another unit than buildkit.service, until it is active.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Seconds that the restart, with -Wait the whole way to a serving daemon, may take.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 120;

    /// <summary>Give out the status after the restart.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var machine in FindMachines())
        {
            if (ShouldProcess($"{Unit} in {machine.Title}", "Restart"))
                Run((output, cancellation) => RestartAsync(machine, output, cancellation));
        }
    }

    private async Task RestartAsync(Machine machine, CmdletOutput output, CancellationToken cancellation)
    {
        var unit = UnitNamed(Unit);
        using var line = new ProgressLine(output.Progress, $"Restarting {unit} in {machine.Title}");
        line.Show(Wait ? "until it serves" : "systemctl restart");
        var shell = await machine.OpenAsync(cancellation);
        foreach (var build in (await shell.RunAsync(ServiceScripts.RunningBuilds, cancellation)).StdoutText.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            output.Warning($"A build is in progress in {machine.Title}; it ends before the restart or fails: {build}");
        try
        {
            var script = ServiceScripts.Restart(unit) + (Wait ? ServiceScripts.Wait(unit) : "");
            var answer = await shell.CollectAsync(
                new RemoteCommand(script) { TimeLimit = TimeSpan.FromSeconds(TimeoutSec) }, cancellation);
            if (answer.Exit.Code != 0)
                throw NotRestarted(machine, unit, $"{answer.StdoutText}{answer.StderrText}".Trim());
        }
        catch (TimeoutException e)
        {
            throw new ArchiveException(
                "ServiceNotServing",
                ErrorCategory.OperationTimeout,
                machine.Name,
                $"{unit} in {machine.Title} does not serve after {TimeoutSec} s (-TimeoutSec). Get-BuildkitStatus tells what it does.",
                e);
        }

        if (PassThru)
            output.Object(await StatusReader.ReadAsync(machine, unit, tail: 0, cancellation));
    }

    private static ArchiveException NotRestarted(Machine machine, string unit, string reason) => new(
        "ServiceNotRestarted", ErrorCategory.InvalidOperation, machine.Name, $"{unit} in {machine.Title} could not be restarted: {reason}");
}
