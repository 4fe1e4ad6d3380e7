using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Docker.DotNet;
using DockerArchive.Buildkit;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>
/// Climbs a machine's readiness ladder, Created → Booting → SshReady → ServiceReady, and falls off at once when the
/// machine ends, is removed, panics or is paused.
/// </summary>
/// <param name="engine">The engine that runs it.</param>
/// <param name="instance">The machine, whose container has been started.</param>
/// <param name="doing">Receives the rung being climbed and what happens for it.</param>
internal sealed class ReadinessLadder(DockerEngine engine, ArchiveInstance instance, Action<InstanceState, string> doing)
{
    /// <summary>How long the rest of what a kernel or QEMU has to say may take to arrive.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly SerialConsole _console = new(engine);

    /// <summary>Climbs.</summary>
    /// <param name="endpoint">How to log in.</param>
    /// <param name="until">The last rung.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="entered">What is done in the guest as soon as it can be entered.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The rungs above Created, each with the time it took.</returns>
    /// <exception cref="GuestNotReadyException">The machine is not ready.</exception>
    public async Task<IReadOnlyList<ReadinessRung>> ClimbAsync(
        Func<GuestEndpoint> endpoint,
        InstanceState until,
        TimeSpan timeout,
        Func<GuestConnection, CancellationToken, Task> entered,
        CancellationToken cancellation)
    {
        var rungs = new List<ReadinessRung>();
        if (until < InstanceState.Booting)
            return rungs;

        using var climbing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        climbing.CancelAfter(timeout);
        var clock = Stopwatch.StartNew();
        var climb = RungsAsync();
        Task<Exception> end = EndAsync(climbing.Token), trouble = TroubleAsync(climbing.Token);
        var first = await Task.WhenAny(climb, end, trouble);
        if (first != climb && climbing.IsCancellationRequested)
            first = climb;
        var failure = first == climb ? null : await (Task<Exception>)first;
        await climbing.CancelAsync();
        foreach (var task in new Task[] { climb, end, trouble })
            await task.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);

        try
        {
            await climb;
            return rungs;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GuestNotReadyException(
                instance.Name,
                GuestFailure.NotReady,
                $"did not reach {(rungs.Count == 0 ? InstanceState.Booting : rungs[^1].State + 1)} within {timeout.TotalSeconds:0} s (-TimeoutSec)",
                await _console.TailAsync(instance.ContainerId));
        }

        async Task RungsAsync()
        {
            Reached(InstanceState.Booting);
            doing(InstanceState.SshReady, "guest boots");
            if (until < InstanceState.SshReady)
                return;

            var login = endpoint();
            var guest = await LogInAsync(login, climbing.Token);
            Reached(InstanceState.SshReady);
            var entering = entered(guest, climbing.Token);
            if (until < InstanceState.ServiceReady)
            {
                await entering;
                return;
            }

            doing(InstanceState.ServiceReady, "service starts");
            var service = await WaitForServiceAsync(guest, login, climbing.Token);
            await entering;
            if (service.Exit.Code != 0)
            {
                throw new GuestNotReadyException(
                    instance.Name,
                    GuestFailure.NotReady,
                    "came up without its service",
                    await _console.TailAsync(instance.ContainerId),
                    systemctl: service.StdoutText.Trim());
            }

            Reached(InstanceState.ServiceReady);
        }

        void Reached(InstanceState state)
        {
            rungs.Add(new ReadinessRung(state, clock.Elapsed));
            clock.Restart();
        }
    }

    /// <summary>Completes when the container ends or is gone.</summary>
    private async Task<Exception> EndAsync(CancellationToken cancellation)
    {
        try
        {
            var code = (await engine.Client.Containers.WaitContainerAsync(instance.ContainerId, cancellation)).StatusCode;
            var console = await _console.TailAsync(instance.ContainerId);
            try
            {
                var state = (await engine.Client.Containers.InspectContainerAsync(instance.ContainerId, CancellationToken.None)).State!;
                return state.Status is "removing" or "dead"
                    ? Removed(console)
                    : new GuestNotReadyException(
                        instance.Name, GuestFailure.Ended, $"ended with exit code {code} before it was ready", console, code, state.OOMKilled);
            }
            catch (DockerContainerNotFoundException)
            {
                return Removed(console);
            }
        }
        catch (DockerContainerNotFoundException)
        {
            return Removed([]);
        }
        catch (DockerApiException e) when (!cancellation.IsCancellationRequested)
        {
            return e;
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellation.IsCancellationRequested)
        {
            return new DockerUnavailableException(engine.Endpoint, e);
        }

        GuestNotReadyException Removed(IReadOnlyList<string> console) =>
            new(instance.Name, GuestFailure.Ended, "was removed before it was ready", console);
    }

    /// <summary>Completes when the console tells that the guest will not come up although its container runs.</summary>
    private async Task<Exception> TroubleAsync(CancellationToken cancellation)
    {
        try
        {
            var since = await _console.LastStartAsync(instance.ContainerId, cancellation);
            await foreach (var (_, raw) in _console.ReadAsync(instance.ContainerId, null, since, follow: true, cancellation))
            {
                var text = SerialConsole.Plain(raw);
                if (ConsoleDiagnosis.IsPanic(text))
                    return await FailureAsync(GuestFailure.Panicked, "has a kernel that panicked");
                if (ConsoleDiagnosis.IsPause(text))
                    return await FailureAsync(GuestFailure.Paused, "was paused by QEMU");
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or DockerApiException)
        {
            // Without a log, and where it has ended with its container, the other watch knows more.
        }

        await Task.Delay(Timeout.Infinite, cancellation);
        throw new OperationCanceledException(cancellation);

        async Task<Exception> FailureAsync(GuestFailure failure, string what)
        {
            await Task.Delay(LastWords, cancellation);
            return new GuestNotReadyException(instance.Name, failure, what, await _console.TailAsync(instance.ContainerId));
        }
    }

    /// <summary>A connection that breaks may be one to a guest that ends, of which the other watches know more; otherwise it comes back.</summary>
    private static async Task<RemoteOutput> WaitForServiceAsync(
        GuestConnection guest, GuestEndpoint login, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await guest.RunAsync(ServiceScripts.WaitForBoot, cancellation);
            }
            catch (GuestConnectionLostException)
            {
                await Task.Delay(200, cancellation);
                guest = await LogInAsync(login, cancellation);
            }
        }
    }

    /// <summary>
    /// QEMU accepts TCP long before the guest's sshd listens, and holds or drops the connection as it likes; only a login
    /// proves anything. There is no event to wait for, so short attempts follow each other. They do not overlap: those that
    /// were given up still reach the guest when its network is up, and would keep its sshd busy. What is answered has all the
    /// time it needs.
    /// </summary>
    private static async Task<GuestConnection> LogInAsync(GuestEndpoint endpoint, CancellationToken cancellation)
    {
        var attempt = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                return await GuestConnections.GetAsync(endpoint, cancellation, attempt);
            }
            catch (GuestUnreachableException)
            {
                await Task.Delay(100, cancellation);
                // A guest that is slow to boot is slow to answer, too.
                attempt = TimeSpan.FromSeconds(Math.Min(10, attempt.TotalSeconds * 1.25));
            }
        }
    }
}
