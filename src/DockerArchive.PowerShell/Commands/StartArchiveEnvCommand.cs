using System.Globalization;
using System.Management.Automation;
using System.Net;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Starts environments and waits until their guests are ready.</summary>
[Cmdlet(VerbsLifecycle.Start, "ArchiveEnv", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(ArchiveInstance))]
public sealed class StartArchiveEnvCommand : ReadinessCmdlet
{
    /// <summary>
    /// Name of a further instance of the environment, which has its own machine, disk and ports: lower-case letters, digits,
    /// <c>-</c> and <c>_</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Instance { get; set; }

    /// <summary>How many instances of the environment are to run, 1 to 100.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int? Count { get; set; }

    /// <summary>Port on the Docker host for the guest's sshd. Default: the compose file's, or a free one if that is taken.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Address on the Docker host to publish the guest's ports on.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress ListenAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Whether the guest must have KVM or must be emulated. Default: KVM if the Docker host has one that can run the guest.</summary>
    [Parameter]
    public AccelerationChoice Acceleration { get; set; }

    /// <summary>Virtual processors of a new machine. Default: the runner's, which is 2.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int? Cpus { get; set; }

    /// <summary>Memory of a new machine: a number with M or G, as <c>4G</c>. Default: the runner's, which is 2048M.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Memory { get; set; }

    /// <summary>Overlays beside the compose file to use for a new machine: <c>mirror</c> for <c>docker-compose.mirror.yml</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(OverlayCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Overlay { get; set; } = [];

    /// <summary>When to fetch images from their registries.</summary>
    [Parameter]
    public PullPolicy Pull { get; set; }

    /// <summary>Name of a checkpoint to begin from instead of booting. The machine is as large as it was.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CheckpointCompleter))]
    [ValidateNotNullOrEmpty]
    public string? FromCheckpoint { get; set; }

    /// <summary>Begin from the checkpoint <c>fast</c>, which is made when the guest is ready for the first time.</summary>
    [Parameter]
    public SwitchParameter Fast { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            CheckParameters();
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }

        if (!IPAddress.IsLoopback(ListenAddress))
        {
            WriteWarning(
                $"Guests log in as root with a known password; published on {ListenAddress} they are open to whoever reaches that address.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var unknown = new List<string>();
        foreach (var env in ResolveEnvironments(Env, unknown.Add).ToArray())
        {
            foreach (var project in ProjectsOf(env))
                Add(env, project);
        }

        foreach (var (env, project) in unknown.SelectMany(InstancesNamed))
            Add(env, project);
    }

    private void Add(ArchiveEnv env, string project)
    {
        if (ShouldProcess(project == env.Project ? env.Name : $"{project} ({env.Name})", "Start"))
            Begin((output, cancellation) => StartAsync(env, project, output, cancellation));
    }

    /// <summary>The instances that are to run of an environment.</summary>
    private IEnumerable<string> ProjectsOf(ArchiveEnv env) => Count is { } count
        ? Enumerable.Range(1, count).Select(n => n == 1 ? env.Project : string.Create(CultureInfo.InvariantCulture, $"{env.Project}-{n}"))
        : [Instance is null ? env.Project : $"{env.Project}-{Instance}"];

    /// <summary>What is no environment may be an instance that is there.</summary>
    private List<(ArchiveEnv Env, string Project)> InstancesNamed(string typed)
    {
        List<(ArchiveEnv, string)> found = [];
        Run(async (output, cancellation) =>
        {
            var instances = await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation);
            foreach (var instance in instances.Where(i => i.Name == typed || i.Project == typed).DistinctBy(i => i.Project))
            {
                if (DefinitionOf(instance) is { } env)
                    found.Add((env, instance.Project));
            }

            if (found.Count == 0)
            {
                output.Error(new EnvironmentNotFoundException(
                    typed, Catalog.Names().Concat(instances.Select(i => i.Name)), Catalog.Roots));
            }
        });
        return found;
    }

    private async Task StartAsync(ArchiveEnv env, string project, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        using var progress = new StartProgress(output.Progress, project);
        var registry = new InstanceRegistry(engine, Catalog);
        var starter = new InstanceStarter(
            engine, registry, new StartReport(progress.Show, progress.Show, output.Warning));
        var plan = new MachinePlan
        {
            Options = new StartOptions
            {
                Port = Port,
                FreePorts = project != env.Project,
                ListenAddress = ListenAddress.ToString(),
                Acceleration = Acceleration,
                Overlays = Overlay,
                Cpus = Cpus,
                Memory = Memory?.ToUpperInvariant(),
                Pull = Pull,
                Until = Until,
                Timeout = TimeSpan.FromSeconds(TimeoutSec),
            },
        };
        var images = new CheckpointImages(engine, registry);
        if (FromCheckpoint is not null)
        {
            await StartAsync(await new CheckpointStart(engine, images, env, FromCheckpoint).ApplyAsync(plan, cancellation));
        }
        else if (Fast && (await registry.OfProjectAsync(env, project, cancellation)).Count == 0)
        {
            var fast = new FastCheckpoint(engine, images, env, progress.Show);
            if (await fast.FindAsync(plan, output.Warning, cancellation) is { } fromIt)
                await StartAsync(fromIt);
            else
                await MakeFastAsync(fast);
        }
        else
        {
            await StartAsync(plan);
        }

        async Task StartAsync(MachinePlan wanted)
        {
            foreach (var instance in await starter.StartAsync(env, project, wanted, LoginFor, cancellation))
                await output.ObjectAsync(instance);
        }

        async Task MakeFastAsync(FastCheckpoint fast)
        {
            var booted = plan with { Options = plan.Options with { Until = InstanceState.ServiceReady } };
            var machines = await starter.StartAsync(env, project, booted, LoginFor, cancellation);
            try
            {
                await fast.MakeAsync(machines, text => progress.Show(project, InstanceState.ServiceReady, text), cancellation);
            }
            catch (ArchiveException e)
            {
                // The machines are there all the same.
                output.Error(e);
            }
            catch (OperationCanceledException)
            {
                // As any start that is stopped.
                foreach (var made in await registry.OfProjectAsync(env, project, CancellationToken.None))
                    await new InstanceContainers(engine).RemoveAsync(made.ContainerId, project);
                throw;
            }

            foreach (var instance in machines)
                await output.ObjectAsync(instance);
        }
    }

    private void CheckParameters()
    {
        if (Instance is not null && Count is not null)
        {
            throw new ArchiveException(
                "InstanceAndCount",
                ErrorCategory.InvalidArgument,
                Instance,
                "-Instance names one instance and -Count asks for several: give one of them.");
        }

        if (FromCheckpoint is not null && Fast)
        {
            throw new ArchiveException(
                "FromCheckpointAndFast",
                ErrorCategory.InvalidArgument,
                FromCheckpoint,
                $"-Fast begins from the checkpoint '{FastCheckpoint.Name}' and -FromCheckpoint from another: give one of them.");
        }

        if (Instance is not null && !(char.IsAsciiLetterOrDigit(Instance[^1]) && Instance.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')))
        {
            throw new ArchiveException(
                "InvalidInstanceName",
                ErrorCategory.InvalidArgument,
                Instance,
                $"'{Instance}' cannot name an instance (-Instance): use lower-case letters, digits, '-' and '_', with a letter or digit at the end.");
        }

        if (Memory is not null
            && !(Memory[^1] is 'M' or 'G' or 'm' or 'g' && int.TryParse(Memory.AsSpan(0, Memory.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0))
        {
            throw new ArchiveException(
                "InvalidMemory",
                ErrorCategory.InvalidArgument,
                Memory,
                $"'{Memory}' is no size of memory (-Memory): give a whole number with M or G, such as 4G.");
        }
    }
}
