using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Has the machines of an instance begin where those of a checkpoint were.</summary>
internal sealed class CheckpointStart(DockerEngine engine, CheckpointImages images, ArchiveEnv env, string name)
{
    private readonly GuestCheckpoint _checkpoint = new(engine, images);
    private readonly ConcurrentDictionary<string, bool> _loaded = new(StringComparer.Ordinal);

    /// <summary>The plan of a start with images, arguments and steps that the checkpoint needs.</summary>
    /// <exception cref="CheckpointNotFoundException">A machine of the environment has none of that name.</exception>
    /// <exception cref="CheckpointOutdatedException">The environment's image or what is asked of its machine is another.</exception>
    public async Task<MachinePlan> ApplyAsync(MachinePlan plan, CancellationToken cancellation)
    {
        var project = ArchiveCatalog.ReadProject(env, [.. plan.Options.Overlays], env.Project);
        var saved = (await images.FindAsync(env.Name, name, cancellation)).ToDictionary(c => c.Service, StringComparer.Ordinal);
        var machines = project.Services.Where(MachinePlan.IsMachine).ToArray();
        if (machines.Any(m => !saved.ContainsKey(m.Name)))
        {
            var others = (await images.ListAsync(cancellation)).Where(c => c.Environment == env.Name && c.Name != name).Select(c => c.Name);
            throw new CheckpointNotFoundException(env.Name, name, others);
        }

        foreach (var machine in machines)
            await CheckAsync(saved[machine.Name], project.ImageOf(machine), plan.Options, cancellation);
        var any = saved[machines[0].Name];
        return plan with
        {
            Options = plan.Options with
            {
                Cpus = any.Cpus,
                Memory = string.Create(CultureInfo.InvariantCulture, $"{any.Memory >> 20}M"),
                Pull = PullPolicy.Never,
                Acceleration = any.Acceleration is Acceleration.Kvm ? AccelerationChoice.Kvm : AccelerationChoice.Tcg,
            },
            Images = saved.ToDictionary(c => c.Key, c => c.Value.Image!, StringComparer.Ordinal),
            Checkpoint = name,
            Begin = (service, containerId, stop) => BeginAsync(saved[service], containerId, plan.Options.Timeout, stop),
            Entered = (containerId, guest, stop) =>
                _loaded.ContainsKey(containerId) ? GuestClock.SetAsync(engine, guest, stop) : Task.CompletedTask,
        };
    }

    private async Task BeginAsync(
        ArchiveCheckpoint checkpoint, string containerId, TimeSpan timeout, CancellationToken cancellation)
    {
        // It is the same guest, so it shows the same keys.
        HostKeyPins.Pin(containerId, await images.HostKeysAsync(checkpoint, cancellation));
        await _checkpoint.LoadAsync(containerId, env.Name, checkpoint, timeout, cancellation);
        _loaded[containerId] = true;
    }

    private async Task CheckAsync(ArchiveCheckpoint checkpoint, string image, StartOptions asked, CancellationToken cancellation)
    {
        try
        {
            if ((await engine.Client.Images.InspectImageAsync(image, cancellation)).ID != checkpoint.BaseImageId)
                throw new CheckpointOutdatedException(checkpoint, $"{image} is another image now");
        }
        catch (DockerImageNotFoundException)
        {
            // Nothing newer is there; the checkpoint has all that it needs.
        }

        var facts = MachineFacts.Of(checkpoint);
        var wanted = facts with { Cpus = asked.Cpus ?? facts.Cpus, Memory = Bytes(asked.Memory) ?? facts.Memory };
        if (facts.DifferenceTo(wanted) is { } difference)
            throw new CheckpointOutdatedException(checkpoint, difference);
        if (asked.Acceleration is not AccelerationChoice.Auto
            && (asked.Acceleration is AccelerationChoice.Kvm) != (checkpoint.Acceleration is Acceleration.Kvm))
        {
            throw new CheckpointOutdatedException(
                checkpoint, checkpoint.Acceleration is Acceleration.Kvm ? "it ran with KVM" : "it ran under emulation");
        }
    }

    private static long? Bytes(string? memory) => memory is null
        ? null
        : long.Parse(memory.AsSpan(0, memory.Length - 1), CultureInfo.InvariantCulture) << (memory[^1] == 'G' ? 30 : 20);
}
