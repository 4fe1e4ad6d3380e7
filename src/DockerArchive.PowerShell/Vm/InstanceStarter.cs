using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Buildkit;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Starts an environment and climbs the readiness ladder: Created → Booting → SshReady → ServiceReady.</summary>
internal sealed class InstanceStarter(DockerEngine engine, InstanceRegistry registry, StartReport report)
{
    private readonly InstanceContainer _container = new(engine);

    /// <summary>Starts <paramref name="env"/>, or takes what runs of it already.</summary>
    /// <exception cref="GuestNotReadyException">The guest ended, or did not come up in time.</exception>
    public async Task<ArchiveInstance> StartAsync(
        ArchiveEnv env, StartOptions options, Func<ArchiveInstance, GuestLogin> login, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Timeout);
        var rungs = new List<ReadinessRung>();
        var clock = Stopwatch.StartNew();

        var existing = (await registry.ListAsync(cancellation)).FirstOrDefault(i => i.Environment == env.Name);
        string id;
        bool ours;
        if (existing is not null)
            await WarnIfImageIsNewerAsync(env, existing, cancellation);
        if (existing is { State: InstanceState.Running })
        {
            (id, ours) = (existing.ContainerId, false);
        }
        else if (existing is not null)
        {
            report.Doing(InstanceState.Created, "starting the container that is there");
            await engine.Client.Containers.StartContainerAsync(existing.ContainerId, new ContainerStartParameters(), cancellation);
            (id, ours) = (existing.ContainerId, false);
        }
        else
        {
            report.Doing(InstanceState.Created, $"container from {env.Image}");
            id = await CreateAsync(env, options, cancellation);
            ours = true;
        }

        Reached(InstanceState.Created);
        try
        {
            await ClimbAsync(id, env, options, login, Reached, limit.Token);
        }
        catch (Exception e)
        {
            var failure = e;
            if (e is OperationCanceledException && limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                var missing = rungs[^1].State + 1;
                failure = new GuestNotReadyException(
                    env.Name,
                    $"did not reach {(missing is InstanceState.Running ? InstanceState.Booting : missing)} within {options.Timeout.TotalSeconds:0} s (-TimeoutSec)",
                    await new SerialConsole(engine).TailAsync(id),
                    null);
            }

            await AbandonAsync();
            if (ours && options.Acceleration is null && failure is GuestNotReadyException { IsKvmFailure: true })
            {
                report.Warn($"KVM of the Docker host cannot run '{env.Name}', so it is emulated. -Acceleration Tcg does so at once.");
                return await StartAsync(env, options with { Acceleration = Acceleration.Tcg }, login, cancellation);
            }

            ExceptionDispatchInfo.Throw(failure);
        }

        var instance = await registry.FindAsync(id, cancellation)
            ?? throw new GuestNotReadyException(env.Name, "was removed while it started", [], null);
        return instance with { State = rungs[^1].State, Readiness = rungs };

        void Reached(InstanceState state)
        {
            rungs.Add(new ReadinessRung(state, clock.Elapsed));
            clock.Restart();
        }

        // What was running before is not ours to remove.
        Task AbandonAsync() => ours ? _container.RemoveAsync(id, env.Project) : Task.CompletedTask;
    }

    /// <summary>A container keeps the image it was made from, also when the tag has moved on.</summary>
    private async Task WarnIfImageIsNewerAsync(ArchiveEnv env, ArchiveInstance existing, CancellationToken cancellation)
    {
        try
        {
            var tagged = await engine.Client.Images.InspectImageAsync(env.Image, cancellation);
            var container = await engine.Client.Containers.InspectContainerAsync(existing.ContainerId, cancellation);
            if (container.Image != tagged.ID)
                report.Warn($"'{existing.Name}' was made from an older image than {env.Image} is now. Remove-ArchiveEnv {env.Name} makes way for the new one.");
        }
        catch (DockerImageNotFoundException)
        {
            // There is nothing newer to tell of.
        }
    }

    private async Task<string> CreateAsync(ArchiveEnv env, StartOptions options, CancellationToken cancellation)
    {
        try
        {
            return await _container.CreateAsync(env, env.Project, options, report.Warn, cancellation);
        }
        catch (ImageMissingException)
        {
            report.Doing(InstanceState.Created, $"pulling {env.Image}");
            await PullAsync(env, cancellation);
            return await _container.CreateAsync(env, env.Project, options, report.Warn, cancellation);
        }
    }

    private async Task PullAsync(ArchiveEnv env, CancellationToken cancellation)
    {
        string? error = null;
        try
        {
            await engine.Client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = env.Image },
                null,
                new Progress<JSONMessage>(m =>
                {
                    error ??= m.Error?.Message;
                    if (m is { ID: not null, Status: not null })
                        report.Doing(InstanceState.Created, $"pulling {env.Image}: {m.ID} {m.Status}");
                }),
                cancellation);
        }
        catch (DockerApiException e)
        {
            throw new ImageMissingException(env.Name, env.Image, e);
        }

        if (error is not null)
            throw new ImageMissingException(env.Name, env.Image, new DockerApiException(System.Net.HttpStatusCode.NotFound, error));
    }

    private async Task ClimbAsync(
        string id,
        ArchiveEnv env,
        StartOptions options,
        Func<ArchiveInstance, GuestLogin> login,
        Action<InstanceState> reached,
        CancellationToken cancellation)
    {
        using var climbing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = engine.Client.Containers.WaitContainerAsync(id, climbing.Token);
        var climb = RungsAsync();
        if (await Task.WhenAny(climb, ended) == ended && ended.IsCompletedSuccessfully && !climb.IsCompletedSuccessfully)
        {
            await climbing.CancelAsync();
            await climb.ContinueWith(static _ => { }, TaskScheduler.Default);
            var console = await new SerialConsole(engine).TailAsync(id);
            throw new GuestNotReadyException(env.Name, $"ended with exit code {(await ended).StatusCode} before it was ready", console, (await ended).StatusCode);
        }

        try
        {
            await climb;
        }
        finally
        {
            await climbing.CancelAsync();
            await ended.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        async Task RungsAsync()
        {
            if (options.Until < InstanceState.Booting)
                return;
            reached(InstanceState.Booting);
            report.Doing(InstanceState.SshReady, "guest boots");
            if (options.Until < InstanceState.SshReady)
                return;

            var instance = await registry.FindAsync(id, climbing.Token)
                ?? throw new GuestNotReadyException(env.Name, "was removed while it started", [], null);
            var guest = await LogInAsync(GuestEndpoint.Of(instance, login(instance)), climbing.Token);
            reached(InstanceState.SshReady);
            if (options.Until < InstanceState.ServiceReady)
                return;

            report.Doing(InstanceState.ServiceReady, "service starts");
            var service = await guest.RunAsync(ServiceScripts.WaitForBoot, climbing.Token);
            if (service.Exit.Code != 0)
                throw new GuestNotReadyException(env.Name, "came up without its service", service.StdoutText.Split('\n', StringSplitOptions.RemoveEmptyEntries), null);
            reached(InstanceState.ServiceReady);
        }
    }

    /// <summary>
    /// QEMU accepts TCP long before the guest's sshd listens, and holds or drops the connection as it likes; only a
    /// login proves anything. There is no event to wait for, so short attempts follow each other.
    /// </summary>
    private static async Task<GuestConnection> LogInAsync(GuestEndpoint endpoint, CancellationToken cancellation)
    {
        var attempt = TimeSpan.FromSeconds(3);
        while (true)
        {
            try
            {
                return await GuestConnections.GetAsync(endpoint, cancellation, attempt);
            }
            catch (GuestUnreachableException)
            {
                await Task.Delay(100, cancellation);
                // A guest under emulation may need longer than an attempt for the key exchange alone.
                attempt = TimeSpan.FromSeconds(Math.Min(15, attempt.TotalSeconds * 1.25));
            }
        }
    }
}

/// <summary>Where a start tells how it goes.</summary>
/// <param name="Doing">Receives the rung being climbed and what happens for it.</param>
/// <param name="Warn">Receives what the user should know although it works.</param>
internal sealed record StartReport(Action<InstanceState, string> Doing, Action<string> Warn);

/// <summary>A guest ended or hung before it was ready.</summary>
public sealed class GuestNotReadyException : ArchiveException
{
    internal GuestNotReadyException(string environment, string what, IReadOnlyList<string> console, long? exitCode)
        : base(
            exitCode is null ? "GuestNotReady" : "GuestEnded",
            exitCode is null ? ErrorCategory.OperationTimeout : ErrorCategory.ResourceUnavailable,
            environment,
            $"The guest of '{environment}' {what}. "
            + (console.Count == 0 ? "It printed nothing." : $"The last it printed:\n{string.Join('\n', console)}"))
    {
        Console = console;
        ExitCode = exitCode;
    }

    /// <summary>Last lines of the guest's serial console, oldest first.</summary>
    public IReadOnlyList<string> Console { get; }

    /// <summary>Exit code of QEMU, if it ended.</summary>
    public long? ExitCode { get; }

    /// <summary>Whether KVM gave up on the guest, as it does inside some virtual machines, which says nothing against emulation.</summary>
    internal bool IsKvmFailure => Console.Any(line => line.Contains("KVM internal error", StringComparison.Ordinal));
}
