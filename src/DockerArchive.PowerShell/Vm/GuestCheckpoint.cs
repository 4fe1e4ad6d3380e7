using System.Management.Automation;
using Docker.DotNet;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Saves the state of a running machine, and takes a machine back to one.</summary>
internal sealed class GuestCheckpoint(DockerEngine engine, CheckpointImages images)
{
    /// <summary>How long QEMU may take to drop what it saved.</summary>
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Saves. The guest stands still meanwhile and goes on whatever happens; what is cut off leaves nothing.
    /// </summary>
    /// <param name="instance">The machine, which runs.</param>
    /// <param name="name">Name of the checkpoint.</param>
    /// <param name="replace">Whether it takes the place of one of that name.</param>
    /// <param name="doing">Receives what happens.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">There is one already, or QEMU cannot save this machine.</exception>
    public async Task<ArchiveCheckpoint> SaveAsync(
        ArchiveInstance instance, string name, bool replace, Action<string> doing, CancellationToken cancellation)
    {
        var old = (await images.FindAsync(instance.Environment!, name, cancellation)).FirstOrDefault(c => c.Service == instance.Service);
        if (old is not null && !replace)
        {
            throw new ArchiveException(
                "CheckpointExists",
                ErrorCategory.ResourceExists,
                name,
                $"Environment '{instance.Environment}' has a checkpoint '{name}' already. -Force replaces it; -Name gives another name.");
        }

        if (old is not null)
            await images.CheckUnusedAsync(old, cancellation);
        var container = await engine.Client.Containers.InspectContainerAsync(instance.ContainerId, cancellation);
        var origin = await images.BaseOfAsync(container.Image!, cancellation);
        var id = $"s{Guid.NewGuid():N}"[..13];
        ArchiveCheckpoint? made = null;
        try
        {
            using (var qmp = await QmpConnection.OpenAsync(engine, instance.ContainerId, instance.Name, resume: true, cancellation))
            {
                var facts = await MachineFacts.ReadAsync(qmp, cancellation);
                doing("guest's memory, devices and disk");
                await qmp.AskAsync("stop", cancellation);
                await qmp.MonitorAsync($"savevm {id}", cancellation);
                doing("image");
                made = await images.CommitAsync(
                    instance.ContainerId,
                    new ArchiveCheckpoint
                    {
                        Name = name,
                        Environment = instance.Environment!,
                        Service = instance.Service,
                        Id = id,
                        BaseImageId = origin,
                        Acceleration = instance.Acceleration,
                        QemuVersion = facts.QemuVersion,
                        MachineType = facts.MachineType,
                        Cpus = facts.Cpus,
                        Memory = facts.Memory,
                    },
                    HostKeyPins.Keys(instance.ContainerId));
                cancellation.ThrowIfCancellationRequested();
                await qmp.AskAsync("cont", cancellation);
            }

            if (old is not null)
                await RemoveAsync(old, [instance], cancellation);
            return made;
        }
        catch (Exception e)
        {
            if (made is not null)
                await images.RemoveAsync(made, CancellationToken.None);
            if (e is QmpException or OperationCanceledException)
                await DropAsync(instance, id);
            if (e is QmpException refused)
                throw Failed(instance, $"The state of '{instance.Name}' cannot be saved", refused);
            throw;
        }
    }

    /// <summary>Takes a running machine back. Connections to its guest do not live through it.</summary>
    /// <param name="containerId">The machine's container.</param>
    /// <param name="instance">What errors call it.</param>
    /// <param name="checkpoint">The state.</param>
    /// <param name="timeout">How long QEMU may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">The state is not one of this machine, or QEMU cannot load it.</exception>
    public async Task LoadAsync(
        string containerId, string instance, ArchiveCheckpoint checkpoint, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await LoadAsync(containerId, instance, checkpoint, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GuestNotReadyException(
                instance,
                GuestFailure.NotReady,
                $"did not take the state of checkpoint '{checkpoint.Name}' within {timeout.TotalSeconds:0} s (-TimeoutSec)",
                await new SerialConsole(engine).TailAsync(containerId));
        }
    }

    private async Task LoadAsync(string containerId, string instance, ArchiveCheckpoint checkpoint, CancellationToken cancellation)
    {
        using var qmp = await QmpConnection.OpenAsync(engine, containerId, instance, resume: true, cancellation);
        if (MachineFacts.Of(checkpoint).DifferenceTo(await MachineFacts.ReadAsync(qmp, cancellation)) is { } difference)
            throw new CheckpointOutdatedException(checkpoint, difference);
        try
        {
            await qmp.AskAsync("stop", cancellation);
            await qmp.MonitorAsync($"loadvm {checkpoint.Id}", cancellation);
            await qmp.AskAsync("cont", cancellation);
        }
        catch (QmpException e) when (e.Message.Contains("does not exist", StringComparison.Ordinal)
            || e.Message.Contains("does not have the requested snapshot", StringComparison.Ordinal))
        {
            throw new ArchiveException(
                "CheckpointElsewhere",
                ErrorCategory.InvalidOperation,
                instance,
                $"Checkpoint '{checkpoint.Name}' is the state of another instance than '{instance}', whose disk does not have it. A new instance "
                + $"starts from it: Start-ArchiveEnv {checkpoint.Environment} -Instance NAME -FromCheckpoint {checkpoint.Name}",
                e);
        }
        catch (QmpException e)
        {
            throw Failed(instance, $"'{instance}' cannot go back to checkpoint '{checkpoint.Name}'", e);
        }
    }

    /// <summary>Removes a checkpoint, and its state from the disks of machines that have it.</summary>
    /// <exception cref="ArchiveException">There are instances that were made from it.</exception>
    public async Task RemoveAsync(ArchiveCheckpoint checkpoint, IEnumerable<ArchiveInstance> machines, CancellationToken cancellation)
    {
        await images.RemoveAsync(checkpoint, cancellation);
        foreach (var machine in machines)
            await DropAsync(machine, checkpoint.Id);
    }

    private async Task DropAsync(ArchiveInstance instance, string id)
    {
        using var limit = new CancellationTokenSource(CleanUp);
        try
        {
            using var qmp = await QmpConnection.OpenAsync(engine, instance.ContainerId, instance.Name, resume: true, limit.Token);
            await qmp.MonitorAsync($"delvm {id}", limit.Token);
        }
        catch (Exception e) when (e is QmpException or NoQmpException or GuestNotReadyException or OperationCanceledException or DockerApiException)
        {
            // There was none, or the machine has ended, and its disk goes with its container.
        }
    }

    private static ArchiveException Failed(string instance, string what, QmpException why) =>
        new("CheckpointFailed", ErrorCategory.InvalidOperation, instance, $"{what}. QEMU says: {why.Message}", why);

    private static ArchiveException Failed(ArchiveInstance instance, string what, QmpException why) => Failed(instance.Name, what, why);
}

/// <summary>A checkpoint is the state of a machine that is not made like that any more.</summary>
public sealed class CheckpointOutdatedException : ArchiveException
{
    internal CheckpointOutdatedException(ArchiveCheckpoint checkpoint, string difference)
        : base(
            "CheckpointOutdated",
            ErrorCategory.InvalidOperation,
            checkpoint.Name,
            $"Checkpoint '{checkpoint.Name}' of '{checkpoint.Environment}' is the state of a machine that was made otherwise: {difference}. Start without it "
            + $"and make it anew: Checkpoint-ArchiveEnv {checkpoint.Environment} -Name {checkpoint.Name} -Force") =>
        Difference = difference;

    /// <summary>What is different.</summary>
    public string Difference { get; }
}
