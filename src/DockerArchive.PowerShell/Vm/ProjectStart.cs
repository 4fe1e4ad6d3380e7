using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>
/// One attempt to start the services of a project: each as soon as what it depends on is there. If one fails, all that this
/// attempt made is removed, and nothing else.
/// </summary>
internal sealed class ProjectStart
{
    public const string KvmOverlay = "kvm";

    /// <summary>How long another start may take from making a container to starting it.</summary>
    private static readonly TimeSpan OthersStart = TimeSpan.FromSeconds(5);

    private readonly DockerEngine _engine;
    private readonly InstanceRegistry _registry;
    private readonly StartReport _report;
    private readonly ArchiveEnv _env;
    private readonly MachinePlan _plan;
    private readonly Func<ArchiveInstance, GuestLogin> _login;
    private readonly InstanceContainers _containers;
    private readonly ComposeProject _project;
    private readonly Dictionary<string, Task<string>> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _made = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public ProjectStart(
        DockerEngine engine,
        InstanceRegistry registry,
        StartReport report,
        ArchiveEnv env,
        string project,
        MachinePlan plan,
        Func<ArchiveInstance, GuestLogin> login)
    {
        (_engine, _registry, _report, _env, _plan, _login) = (engine, registry, report, env, plan, login);
        _containers = new InstanceContainers(engine);
        UsesKvm = plan.Options.Acceleration is not AccelerationChoice.Tcg && env.Overlays.Contains(KvmOverlay);
        string[] overlays = [.. plan.Options.Overlays.Where(o => o != KvmOverlay), .. UsesKvm ? [KvmOverlay] : Array.Empty<string>()];
        _project = plan.Apply(ArchiveCatalog.ReadProject(env, overlays, project));
    }

    /// <summary>Whether the machines are to have the Docker host's KVM.</summary>
    public bool UsesKvm { get; }

    /// <summary>Whether it has taken a container or a network that another start had made.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>Starts all services and waits until the machines among them are ready.</summary>
    /// <returns>The machines.</returns>
    public async Task<IReadOnlyList<ArchiveInstance>> RunAsync(CancellationToken cancellation)
    {
        if (_plan.Options.Port is not null && _project.Services.Count(MachinePlan.IsMachine) > 1)
        {
            throw new ArchiveException(
                "PortForManyMachines",
                ErrorCategory.InvalidArgument,
                _plan.Options.Port,
                $"Environment '{_env.Name}' has {_project.Services.Count(MachinePlan.IsMachine)} machines, which cannot all have port {_plan.Options.Port}. Leave -Port out.");
        }

        var existing = (await _registry.OfProjectAsync(_env, _project.Name, cancellation))
            .GroupBy(i => i.Service).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var instance in existing.Values)
            await WarnOfDifferencesAsync(instance, cancellation);

        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var climbs = _project.Services.Select(s => ClimbAsync(s, existing, failing)).ToArray();
        try
        {
            var machines = await Task.WhenAll(climbs);
            return [.. machines.OfType<ArchiveInstance>()];
        }
        catch (Exception first)
        {
            await failing.CancelAsync();
            foreach (var climb in climbs)
                await climb.ContinueWith(static _ => { }, TaskScheduler.Default);
            foreach (var id in _made)
                await AbandonAsync(id);
            if (_made.IsEmpty && existing.Count == 0)
                await new ProjectResources(_engine).RemoveAsync(_project.Name);

            // What failed first made the others end.
            var cause = climbs.Select(c => c.Exception?.InnerException).FirstOrDefault(e => e is not (null or OperationCanceledException));
            ExceptionDispatchInfo.Throw(cancellation.IsCancellationRequested ? first : cause ?? first);
            throw;
        }
    }

    /// <summary>What cannot be removed hides neither why the start failed nor the rest.</summary>
    private async Task AbandonAsync(string id)
    {
        try
        {
            await _containers.RemoveAsync(id, _project.Name);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            _report.Warn($"Container {id[..12]} of '{_project.Name}' could not be removed: {e.Message.Trim()}");
        }
    }

    private async Task<ArchiveInstance?> ClimbAsync(
        ComposeService service, Dictionary<string, ArchiveInstance> existing, CancellationTokenSource failing)
    {
        try
        {
            var id = await StartOnceAsync(service, existing, failing.Token);
            var created = new ReadinessRung(InstanceState.Created, _clock.Elapsed);
            var instance = (await _registry.OfProjectAsync(_env, _project.Name, failing.Token)).FirstOrDefault(i => i.ContainerId == id)
                ?? throw new GuestNotReadyException(NameOf(service), GuestFailure.Ended, "was removed while it started", []);
            if (!MachinePlan.IsMachine(service))
                return null;
            var rungs = await new ReadinessLadder(_engine, instance, (rung, text) => _report.Doing(instance.Name, rung, text)).ClimbAsync(
                () => GuestEndpoint.Of(instance, _login(instance)),
                _plan.Options.Until,
                _plan.Options.Timeout,
                (guest, stop) => _plan.Entered(id, guest, stop),
                failing.Token);
            return instance with { State = rungs.Count == 0 ? created.State : rungs[^1].State, Readiness = [created, .. rungs] };
        }
        catch
        {
            await failing.CancelAsync();
            throw;
        }
    }

    private Task<string> StartOnceAsync(
        ComposeService service, Dictionary<string, ArchiveInstance> existing, CancellationToken cancellation)
    {
        lock (_started)
        {
            return _started.TryGetValue(service.Name, out var started)
                ? started
                : _started[service.Name] = StartAsync(service, existing, cancellation);
        }
    }

    /// <summary>Starts a service's container after those it depends on.</summary>
    /// <returns>Id of the container.</returns>
    private async Task<string> StartAsync(
        ComposeService service, Dictionary<string, ArchiveInstance> existing, CancellationToken cancellation)
    {
        await Task.Yield();
        await WaitForDependenciesAsync(service, existing, cancellation);
        if (!existing.TryGetValue(service.Name, out var there))
            return await MakeAsync(service, _plan, cancellation);

        if (there.State is InstanceState.Created)
        {
            await JoinAsync(there.ContainerId, service, cancellation);
        }
        else if (there.State is InstanceState.Stopped)
        {
            _report.Doing(there.Name, InstanceState.Created, "starting the container that is there");
            await StartAsIsAsync(there.ContainerId, service, cancellation);
        }
        else
        {
            HasJoined = true;
        }

        return there.ContainerId;
    }

    private async Task WaitForDependenciesAsync(
        ComposeService service, Dictionary<string, ArchiveInstance> existing, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_plan.Options.Timeout);
        var wait = new DependencyWait(_engine);
        foreach (var dependency in service.DependsOn)
        {
            if (_project.Services.FirstOrDefault(s => s.Name == dependency.Service) is not { } other)
                continue;
            var id = await StartOnceAsync(other, existing, cancellation);
            _report.Doing(NameOf(service), InstanceState.Created, $"waits for {other.Name}");
            try
            {
                await wait.WaitAsync(dependency, id, service.Name, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new DependencyFailedException(
                    service.Name,
                    other.Name,
                    $"was not ready for it within {_plan.Options.Timeout.TotalSeconds:0} s (-TimeoutSec)",
                    await new SerialConsole(_engine).TailAsync(id));
            }
        }
    }

    private async Task<string> MakeAsync(ComposeService service, MachinePlan plan, CancellationToken cancellation)
    {
        var name = NameOf(service);
        // Compose takes a tenth of a second for it, in which the rest is made ready.
        var hash = ConfigHash.OfAsync(_project, service, cancellation);
        _report.Doing(name, InstanceState.Created, $"container from {service.Image}");
        var image = await new ServiceImage(_engine, _report.Pulling).EnsureAsync(
            _env.Name, service.Image!, plan.Options.Pull, cancellation);
        await new ProjectResources(_engine).EnsureAsync(_project, _env.Name, cancellation);
        var complete = Published(plan.WithArguments(service, image));
        var id = await _containers.MakeAsync(_env, _project, complete, hash, cancellation);
        if (id is null)
        {
            var other = await FindAsync(service, cancellation);
            await JoinAsync(other, service, cancellation);
            return other;
        }

        _made.Add(id);
        try
        {
            await PutPipesAsync(id, complete.Command, cancellation);
            await _containers.StartAsync(id, name, cancellation);
            if (MachinePlan.IsMachine(service))
                await plan.Begin(service.Name, id, cancellation);
            return id;
        }
        catch (PortRefusedException e)
        {
            await _containers.RemoveAsync(id, _project.Name);
            if (plan.Options.Port is { } wanted)
                throw new PortTakenException(_env.Name, wanted, e.InnerException!);
            if (plan.Options.FreePorts)
                ExceptionDispatchInfo.Throw(e.InnerException!);

            _report.Warn($"Port {SshPortOf(service)} of '{name}' is taken, so Docker chooses a free one.");
            var free = plan with { Options = plan.Options with { FreePorts = true } };
            return await MakeAsync(free.Apply(_project).Services.Single(s => s.Name == service.Name), free, cancellation);
        }
        catch (NetworkGoneException)
        {
            HasJoined = true;
            throw new GuestNotReadyException(name, GuestFailure.Ended, "lost its network to another start, which gave up", []);
        }
    }

    /// <summary>Another start that is under way, or was, made the container; it prepares and starts it in a moment.</summary>
    private async Task JoinAsync(string id, ComposeService service, CancellationToken cancellation)
    {
        HasJoined = true;
        var patience = Stopwatch.StartNew();
        ContainerInspectResponse container;
        while (true)
        {
            try
            {
                container = await _engine.Client.Containers.InspectContainerAsync(id, cancellation);
                if (container.State!.Status != "created")
                    return;
            }
            catch (DockerContainerNotFoundException)
            {
                throw new GuestNotReadyException(NameOf(service), GuestFailure.Ended, "was removed while it started", []);
            }

            if (patience.Elapsed > OthersStart)
                break;
            await Task.Delay(100, cancellation);
        }

        // Whoever made it was killed.
        await PutPipesAsync(id, container.Config?.Cmd?.AsReadOnly(), cancellation);
        await StartAsIsAsync(id, service, cancellation);
        if (MachinePlan.IsMachine(service))
            await _plan.Begin(service.Name, id, cancellation);
    }

    private async Task PutPipesAsync(string id, IReadOnlyList<string>? command, CancellationToken cancellation)
    {
        if (QmpPipes.AreNamedBy(command))
            await QmpPipes.PutAsync(_engine, id, cancellation);
    }

    /// <summary>Starts a container that is not ours to make anew.</summary>
    private async Task StartAsIsAsync(string id, ComposeService service, CancellationToken cancellation)
    {
        try
        {
            await _containers.StartAsync(id, NameOf(service), cancellation);
        }
        catch (PortRefusedException e)
        {
            throw new ArchiveException(
                "PortTaken",
                ErrorCategory.ResourceExists,
                NameOf(service),
                $"A port of '{NameOf(service)}' has been taken on the Docker host since it was made ({e.Message.Trim()}). Free it, or make the "
                + $"instance anew on another port: Remove-ArchiveEnv {_project.Name}; Start-ArchiveEnv {_env.Name}",
                e.InnerException);
        }
        catch (KvmRefusedException e)
        {
            throw new KvmMissingException(
                _env.Name, "The container was made with /dev/kvm, which the Docker host no longer has", e.InnerException);
        }
    }

    private async Task<string> FindAsync(ComposeService service, CancellationToken cancellation) =>
        (await _registry.OfProjectAsync(_env, _project.Name, cancellation)).FirstOrDefault(i => i.Service == service.Name)?.ContainerId
        ?? throw new ArchiveException(
            "ContainerNameTaken",
            ErrorCategory.ResourceExists,
            _project.Name,
            $"A container named {_project.Name}-{service.Name}-1 is there and belongs to something else, so '{_env.Name}' was not started. Start it "
            + "under another name (-Instance), or remove that container.");

    /// <summary>What a user asks of an instance that is there already has no effect on it.</summary>
    private async Task WarnOfDifferencesAsync(ArchiveInstance instance, CancellationToken cancellation)
    {
        var options = _plan.Options;
        var boots = _plan.Checkpoint is null;
        string[] ignored =
        [
            .. boots ? Array.Empty<string>() : ["-FromCheckpoint"],
            .. boots && options.Cpus is not null ? ["-Cpus"] : Array.Empty<string>(),
            .. boots && options.Memory is not null ? ["-Memory"] : Array.Empty<string>(),
            .. options.Overlays.Count == 0 ? Array.Empty<string>() : ["-Overlay"],
            .. boots && (options.Acceleration is AccelerationChoice.Kvm && instance.Acceleration is Acceleration.Tcg
                || options.Acceleration is AccelerationChoice.Tcg && instance.Acceleration is Acceleration.Kvm)
                    ? ["-Acceleration"]
                    : Array.Empty<string>(),
            .. options.Port is null || options.Port == instance.Port || instance.Port is null ? Array.Empty<string>() : ["-Port"],
        ];
        if (ignored.Length > 0)
            _report.Warn($"'{instance.Name}' is there already, so {string.Join(" and ", ignored)} changed nothing. Remove-ArchiveEnv {instance.Name} makes way for a new one.");

        try
        {
            var tagged = await _engine.Client.Images.InspectImageAsync(instance.Image, cancellation);
            var container = await _engine.Client.Containers.InspectContainerAsync(instance.ContainerId, cancellation);
            if (container.Image != tagged.ID)
                _report.Warn($"'{instance.Name}' was made from an older image than {instance.Image} is now. Remove-ArchiveEnv {instance.Name} makes way for the new one.");
        }
        catch (DockerApiException e) when (e is DockerImageNotFoundException or DockerContainerNotFoundException)
        {
            // There is nothing to compare.
        }
    }

    /// <summary>
    /// A guest on another machine is reached through its engine, so its sshd is published there only for somebody who asks for
    /// it.
    /// </summary>
    private ComposeService Published(ComposeService service) =>
        _engine.Endpoint.IsLocal || _plan.Options is not { Port: null, ListenAddress: "127.0.0.1" }
            ? service
            : service with { Ports = [.. service.Ports.Where(p => p.ContainerPort != 22)] };

    private string NameOf(ComposeService service) =>
        service.Name == ArchiveInstance.UsualService ? _project.Name : $"{_project.Name}/{service.Name}";

    private static int? SshPortOf(ComposeService service) =>
        (service.Ports.FirstOrDefault(p => p.ContainerPort == 22) ?? service.Ports[0]).HostPort;
}
