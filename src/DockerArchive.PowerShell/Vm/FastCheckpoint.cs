using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The checkpoint that fast starts of an environment make once and use ever after.</summary>
/// <param name="engine">Has it.</param>
/// <param name="images">Know it.</param>
/// <param name="env">The environment.</param>
/// <param name="pulling">Receives what the engine says while it fetches an image.</param>
internal sealed class FastCheckpoint(DockerEngine engine, CheckpointImages images, ArchiveEnv env, Action<ImageStep> pulling)
{
    public const string Name = "fast";

    /// <summary>The plan of a start from the checkpoint; null if there is none that still fits, so that one is to be made.</summary>
    /// <param name="plan">The plan of a start that boots.</param>
    /// <param name="warn">Receives why the one there is does not fit.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<MachinePlan?> FindAsync(MachinePlan plan, Action<string> warn, CancellationToken cancellation)
    {
        if (plan.Options.Pull is PullPolicy.Always)
            await PullAsync(plan, cancellation);
        try
        {
            return await new CheckpointStart(engine, images, env, Name).ApplyAsync(plan, cancellation);
        }
        catch (CheckpointNotFoundException)
        {
            return null;
        }
        catch (CheckpointOutdatedException e)
        {
            warn($"The fast checkpoint of '{env.Name}' is the state of a machine that was made otherwise: {e.Difference}. So the guest boots, and it is made anew.");
            return null;
        }
    }

    /// <summary>What is newer in the registry does not fit the checkpoint.</summary>
    private async Task PullAsync(MachinePlan plan, CancellationToken cancellation)
    {
        var project = ArchiveCatalog.ReadProject(env, [.. plan.Options.Overlays], env.Project);
        foreach (var machine in project.Services.Where(MachinePlan.IsMachine))
            await new ServiceImage(engine, pulling).EnsureAsync(env.Name, project.ImageOf(machine), PullPolicy.Always, cancellation);
    }

    /// <summary>Makes it of machines that have just come up.</summary>
    public async Task MakeAsync(IEnumerable<ArchiveInstance> machines, Action<string> doing, CancellationToken cancellation)
    {
        foreach (var machine in machines)
            await new GuestCheckpoint(engine, images).SaveAsync(machine, Name, replace: true, doing, cancellation);
    }
}
