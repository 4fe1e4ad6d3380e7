using System.Management.Automation;
using DockerArchive.Archive;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>
/// Removes instances with their containers, disks, networks and pinned host keys, and, where that is asked for, what their
/// environments have besides.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "ArchiveEnv", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveArchiveEnvCommand : InstanceCmdlet
{
    private readonly HashSet<string> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Environment, string? DockerHost), HashSet<string>> _projects = [];
    private readonly HashSet<string> _withoutInstance = new(StringComparer.Ordinal);

    /// <summary>Remove instances that run, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Keep the environment's checkpoints; otherwise they go with its last instance.</summary>
    [Parameter]
    public SwitchParameter KeepCheckpoint { get; set; }

    /// <summary>Also remove the environment's images, ctr, vm and dqd with their aliases, after its instances.</summary>
    [Parameter]
    public SwitchParameter Images { get; set; }

    /// <summary>
    /// Also remove the disks that outlive an instance: the named volumes of its compose project and, with the environment's last
    /// instance, the vm image, which has the disk that dqd was made from.
    /// </summary>
    [Parameter]
    public SwitchParameter Disk { get; set; }

    private protected override string Action => "Remove";

    private bool IsMore => Images || Disk;

    /// <summary>A start that was killed before it made a container leaves a network, which is removed by the same names.</summary>
    private protected override IEnumerable<string> InstanceNames(IReadOnlyList<ArchiveInstance> all)
    {
        if (IsMore)
            NoteEnvironments(all);
        IReadOnlyList<LeftNetwork> left = [];
        Run(async (_, cancellation) =>
            left = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListLeftNetworksAsync(cancellation));
        foreach (var typed in Env)
        {
            var pattern = WildcardPattern.Get(EnvironmentName.Normalize(typed), WildcardOptions.IgnoreCase);
            LeftNetwork[] matches = [.. left.Where(n => pattern.IsMatch(n.Project) || pattern.IsMatch(n.Environment))];
            foreach (var network in matches)
            {
                if (_networks.Add(network.Name) && ShouldProcess($"network {network.Name} ({network.Environment})", Action))
                    Begin(async (_, cancellation) => await new ProjectResources(await EngineAsync(cancellation)).RemoveAsync(network.Project));
            }

            if (matches.Length == 0 || all.Any(i => InstanceMatches.IsMeant(i, pattern)))
                yield return typed;
        }
    }

    private protected override void NothingThere(string environment)
    {
        if (IsMore)
            _withoutInstance.Add(environment);
        else
            base.NothingThere(environment);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        foreach (var ((environment, host), projects) in _projects)
        {
            DockerHost = host;
            var found = RemoveMore(environment, projects);
            if (!found && _withoutInstance.Contains(environment))
                base.NothingThere(environment);
        }
    }

    private protected override async Task ProcessAsync(ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        if (instance.State is InstanceState.Running && !Force)
        {
            throw new ArchiveException(
                "InstanceRunning",
                ErrorCategory.InvalidOperation,
                instance.Name,
                $"Instance '{instance.Name}' runs. Stop it first (Stop-ArchiveEnv {instance.Name}), or give -Force.");
        }

        using var progress = new ProgressLine(output.Progress, $"Removing {instance.Name}");
        progress.Show("container, disk and network");
        var engine = await EngineAsync(cancellation);
        await new InstanceContainers(engine).RemoveAsync(instance.ContainerId, instance.Project);
        if (!KeepCheckpoint)
            await RemoveCheckpointsAsync(engine, instance.Environment!, cancellation);
    }

    /// <summary>A checkpoint is of an environment, so it stays for other instances.</summary>
    private async Task RemoveCheckpointsAsync(DockerEngine engine, string environment, CancellationToken cancellation)
    {
        var registry = new InstanceRegistry(engine, Catalog);
        if ((await registry.ListAsync(cancellation)).Any(i => i.Environment == environment))
            return;
        var images = new CheckpointImages(engine, registry);
        foreach (var checkpoint in (await images.ListAsync(cancellation)).Where(c => c.Environment == environment))
            await images.RemoveAsync(checkpoint, cancellation);
    }

    /// <summary>A name is an environment's, which has a project of its own also when nothing runs, or an instance's.</summary>
    private void NoteEnvironments(IReadOnlyList<ArchiveInstance> all)
    {
        foreach (var pattern in Env.Select(typed => WildcardPattern.Get(EnvironmentName.Normalize(typed), WildcardOptions.IgnoreCase)))
        {
            foreach (var (name, directory) in Catalog.Directories().DistinctBy(d => d.Name).Where(d => pattern.IsMatch(d.Name)))
            {
                if (ReadOrBroken((name, directory)).Env is { } env)
                    Note(name, env.Project);
            }

            foreach (var instance in all.Where(i => InstanceMatches.IsMeant(i, pattern)))
                Note(instance.Environment!, instance.Project);
        }
    }

    private void Note(string environment, string project)
    {
        if (!_projects.TryGetValue((environment, DockerHost), out var projects))
            _projects.Add((environment, DockerHost), projects = new HashSet<string>(StringComparer.Ordinal));
        projects.Add(project);
    }

    /// <summary>Removes what an environment has besides instances.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool RemoveMore(string environment, HashSet<string> projects)
    {
        List<string> volumes = [];
        List<(string Reference, string Id)> images = [];
        Run(async (output, cancellation) =>
        {
            var engine = await EngineAsync(cancellation);
            if (Disk)
            {
                foreach (var project in projects)
                    volumes.AddRange(await new ProjectResources(engine).ListVolumesAsync(project, cancellation));
            }

            images.AddRange(await ImagesAsync(engine, environment, output, cancellation));
        });

        foreach (var volume in volumes.Where(v => ShouldProcess($"volume {v} ({environment})", Action)))
            Run(async (_, cancellation) => await new ProjectResources(await EngineAsync(cancellation)).RemoveVolumeAsync(volume, cancellation));
        var chosen = images.Where(i => ShouldProcess($"image {i.Reference} ({environment})", Action)).ToArray();
        if (chosen.Length > 0)
            Run(async (_, cancellation) => await new LocalImages(await EngineAsync(cancellation)).RemoveAsync(environment, chosen, cancellation));
        return volumes.Count + images.Count > 0;
    }

    /// <summary>Those of the environment's images that are to go and that the engine has.</summary>
    private async Task<IEnumerable<(string Reference, string Id)>> ImagesAsync(
        DockerEngine engine, string environment, CmdletOutput output, CancellationToken cancellation)
    {
        if (Catalog.Directories().FirstOrDefault(d => d.Name == environment).Directory is not { } directory)
        {
            output.Error(new EnvironmentNotFoundException(environment, Catalog.Names(), Catalog.Roots));
            return [];
        }

        var env = ArchiveCatalog.Read(environment, directory);
        if (!Images && (await new InstanceRegistry(engine, Catalog).ListAsync(cancellation)).Any(i => i.Environment == environment))
            return [];
        var local = await new LocalImages(engine).ListAsync(cancellation);
        return (Images ? EnvironmentImages.NamesOf(env) : [env.VmImage])
            .Where(name => local.ContainsKey(ImageReference.Parse(name)))
            .Select(name => (name, local[ImageReference.Parse(name)].ID));
    }
}
