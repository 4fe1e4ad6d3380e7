using System.Management.Automation;
using DockerArchive.Docker;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that wait until guests are ready, some at once.</summary>
public abstract class ReadinessCmdlet : AuthenticationCmdlet
{
    private ParallelWork? _work;

    /// <summary>Names of environments, or of instances where there are some; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public virtual string[] Env { get; set; } = [];

    /// <summary>The rung of readiness to wait for.</summary>
    [Parameter]
    [ValidateSet("Created", "Booting", "SshReady", "ServiceReady")]
    public InstanceState Until { get; set; } = InstanceState.ServiceReady;

    /// <summary>Seconds after which a guest that is not ready is given up.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = 180;

    /// <summary>How many instances are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int ThrottleLimit { get; set; } = 5;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _work = StartParallel(ThrottleLimit);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _work!.Finish();

    /// <summary>Begins something for an instance when there is room for it.</summary>
    private protected void Begin(Func<CmdletOutput, CancellationToken, Task> item) => _work!.Add(item);

    /// <summary>The instances that a user means; one that is not there is an error record.</summary>
    private protected ArchiveInstance[] FindInstances()
    {
        ArchiveInstance[] found = [];
        Run(async (output, cancellation) =>
        {
            var all = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation);
            found = [.. new InstanceMatches(Catalog, all).Find(Env, name => output.Error(new NotRunningException(name)), output.Error)];
        });
        return found;
    }

    /// <summary>Waits until an instance whose container runs is ready, and does something in its guest as soon as it can be entered.</summary>
    /// <returns>The instance with its state and the time that each rung took.</returns>
    private protected async Task<ArchiveInstance> ClimbAsync(
        DockerEngine engine,
        ArchiveInstance instance,
        ReadinessRung[] before,
        StartProgress progress,
        CancellationToken cancellation,
        Func<GuestConnection, CancellationToken, Task>? entered = null)
    {
        var ladder = new ReadinessLadder(engine, instance, (rung, text) => progress.Show(instance.Name, rung, text));
        var rungs = await ladder.ClimbAsync(
            () => GuestEndpoint.Of(instance, LoginFor(instance)),
            Until,
            TimeSpan.FromSeconds(TimeoutSec),
            entered ?? (static (_, _) => Task.CompletedTask),
            cancellation);
        ReadinessRung[] all = [.. before, .. rungs];
        return instance with { State = all.Length == 0 ? instance.State : all[^1].State, Readiness = all };
    }
}
