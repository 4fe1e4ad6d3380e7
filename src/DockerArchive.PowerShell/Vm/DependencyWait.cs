using System.Management.Automation;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>Waits until a container that another one depends on is as far as <c>depends_on</c> wants it.</summary>
internal sealed class DependencyWait(DockerEngine engine)
{
    /// <param name="dependency">What is waited for.</param>
    /// <param name="containerId">Its container, which has been started.</param>
    /// <param name="dependent">The service that waits.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DependencyFailedException">It ended, or is unhealthy.</exception>
    public async Task WaitAsync(
        ServiceDependency dependency, string containerId, string dependent, CancellationToken cancellation)
    {
        switch (dependency.Condition)
        {
            case DependencyCondition.Healthy:
                await WaitUntilHealthyAsync(dependency, containerId, dependent, cancellation);
                break;
            case DependencyCondition.CompletedSuccessfully:
                var code = (await engine.Client.Containers.WaitContainerAsync(containerId, cancellation)).StatusCode;
                if (code != 0)
                    throw await FailedAsync(dependency, containerId, dependent, $"ended with exit code {code}");
                break;
        }
    }

    private async Task WaitUntilHealthyAsync(
        ServiceDependency dependency, string containerId, string dependent, CancellationToken cancellation)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var changed = new SemaphoreSlim(1);

        // Heard before it is asked, so that no change falls in between.
        var events = engine.Client.System.MonitorEventsAsync(
            new ContainerEventsParameters
            {
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["container"] = new Dictionary<string, bool> { [containerId] = true },
                    ["event"] = new Dictionary<string, bool> { ["health_status"] = true, ["die"] = true, ["destroy"] = true },
                },
            },
            new Progress<Message>(_ => changed.Release()),
            watching.Token);
        try
        {
            while (true)
            {
                var waking = changed.WaitAsync(cancellation);
                if (await Task.WhenAny(waking, events) == events)
                    await events;
                var state = (await engine.Client.Containers.InspectContainerAsync(containerId, cancellation)).State!;
                if (!state.Running)
                    throw await FailedAsync(dependency, containerId, dependent, $"ended with exit code {state.ExitCode}");
                switch (state.Health?.Status)
                {
                    case "healthy":
                        return;
                    case "unhealthy":
                        var last = state.Health.Log?.LastOrDefault()?.Output?.Trim();
                        throw await FailedAsync(
                            dependency, containerId, dependent, $"is unhealthy{(string.IsNullOrEmpty(last) ? "" : $" ({last})")}");
                    case null or "none" or "":
                        throw await FailedAsync(dependency, containerId, dependent, "has no healthcheck");
                }

                await waking;
            }
        }
        catch (DockerContainerNotFoundException)
        {
            throw new DependencyFailedException(dependent, dependency.Service, "was removed", []);
        }
        finally
        {
            await watching.CancelAsync();
            await events.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task<DependencyFailedException> FailedAsync(
        ServiceDependency dependency, string containerId, string dependent, string what) =>
        new(dependent, dependency.Service, what, await new SerialConsole(engine).TailAsync(containerId));
}

/// <summary>A service that another one depends on (<c>depends_on</c>) did not come as far as it must.</summary>
public sealed class DependencyFailedException : ArchiveException
{
    internal DependencyFailedException(string dependent, string service, string what, IReadOnlyList<string> console)
        : base(
            "DependencyFailed",
            ErrorCategory.ResourceUnavailable,
            service,
            $"Service '{service}', on which '{dependent}' depends (depends_on), {what}."
            + (console.Count == 0 ? "" : $" The last it printed:\n{string.Join('\n', console)}"))
    {
    }
}
