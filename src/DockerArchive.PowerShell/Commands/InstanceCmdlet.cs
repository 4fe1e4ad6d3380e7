using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that do one thing to each instance a user names.</summary>
public abstract class InstanceCmdlet : EnvironmentCmdlet
{
    /// <summary>The verb shown by -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Whether there is anything to do for this instance.</summary>
    private protected abstract bool Concerns(ArchiveInstance instance);

    private protected abstract Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<ArchiveInstance>? all = null;
        Run(async (_, cancellation) =>
            all = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation));
        if (all is null)
            return;

        foreach (var instance in Env.SelectMany(typed => Matching(typed, all)).DistinctBy(i => i.ContainerId))
        {
            if (Concerns(instance) && ShouldProcess($"{instance.Name} ({instance.Environment})", Action))
                Run((output, cancellation) => ProcessAsync(instance, output, cancellation));
        }
    }

    private ArchiveInstance[] Matching(string typed, IReadOnlyList<ArchiveInstance> all)
    {
        var pattern = WildcardPattern.Get(EnvironmentName.Normalize(typed), WildcardOptions.IgnoreCase);
        var matches = all.Where(i => pattern.IsMatch(i.Name) || pattern.IsMatch(i.Environment ?? "")).ToArray();
        if (matches.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(typed))
        {
            WriteError(
                Catalog.Names().Any(pattern.IsMatch)
                    ? NotRunningException.NothingToEnd(EnvironmentName.Normalize(typed)).ToErrorRecord()
                    : new EnvironmentNotFoundException(typed, Catalog.Names().Concat(all.Select(i => i.Name)), Catalog.Roots).ToErrorRecord());
        }

        return matches;
    }
}
