using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that do one thing to each instance a user names, to some at once.</summary>
public abstract class InstanceCmdlet : EnvironmentCmdlet
{
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private ParallelWork? _work;

    /// <summary>How many instances are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int ThrottleLimit { get; set; } = 5;

    /// <summary>The verb shown by -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Whether there is anything to do for this instance.</summary>
    private protected virtual bool Concerns(ArchiveInstance instance) => true;

    private protected abstract Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation);

    /// <summary>Those of the names typed that must be of instances.</summary>
    private protected virtual IEnumerable<string> InstanceNames(IReadOnlyList<ArchiveInstance> all) => Env;

    /// <summary>Begins something when there is room for it.</summary>
    private protected void Begin(Func<CmdletOutput, CancellationToken, Task> item) => _work!.Add(item);

    /// <summary>An environment is there, but no instance of it.</summary>
    private protected virtual void NothingThere(string environment) =>
        WriteError(NotRunningException.NothingToEnd(environment).ToErrorRecord());

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _work = StartParallel(ThrottleLimit);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<ArchiveInstance>? all = null;
        Run(async (_, cancellation) =>
            all = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation));
        if (all is null)
            return;

        foreach (var instance in new InstanceMatches(Catalog, all).Find(InstanceNames(all), NothingThere, e => WriteError(e.ToErrorRecord())))
        {
            // What the pipeline names again is being worked on, although it may still be listed.
            if (Concerns(instance) && _begun.Add(instance.ContainerId) && ShouldProcess($"{instance.Name} ({instance.Environment})", Action))
                Begin((output, cancellation) => ProcessAsync(instance, output, cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _work!.Finish();
}
