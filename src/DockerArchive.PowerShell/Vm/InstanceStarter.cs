using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Starts an instance of an environment: again without KVM where that fails, and again where another start that was joined gave up.</summary>
internal sealed class InstanceStarter(DockerEngine engine, InstanceRegistry registry, StartReport report)
{
    /// <summary>How often a start is joined that then gives up.</summary>
    private const int MostJoined = 3;

    /// <summary>Starts the machines of an instance, or takes what runs of it already.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="project">Name of the instance's project.</param>
    /// <param name="plan">What is changed about what the files say.</param>
    /// <param name="login">As whom to log in.</param>
    /// <param name="cancellation">Ends the start; what it made is removed.</param>
    /// <exception cref="GuestNotReadyException">A guest ended, or did not come up in time.</exception>
    public async Task<IReadOnlyList<ArchiveInstance>> StartAsync(
        ArchiveEnv env, string project, MachinePlan plan, Func<ArchiveInstance, GuestLogin> login, CancellationToken cancellation)
    {
        Check(env, plan.Options);
        for (var attempt = 1; ; attempt++)
        {
            var start = new ProjectStart(engine, registry, report, env, project, plan, login);
            try
            {
                return await start.RunAsync(cancellation);
            }
            catch (KvmRefusedException e)
            {
                if (plan.Options.Acceleration is AccelerationChoice.Kvm)
                    throw new KvmMissingException(env.Name, "The Docker host has no /dev/kvm", e.InnerException);
                plan = Emulated(plan);
            }
            catch (GuestNotReadyException e) when (
                e.IsKvmFailure && start.UsesKvm && plan.Options.Acceleration is AccelerationChoice.Auto)
            {
                report.Warn($"KVM of the Docker host cannot run '{project}', so it is emulated. -Acceleration Tcg does so at once.");
                plan = Emulated(plan);
            }
            catch (GuestNotReadyException e) when (e.WasRemoved && start.HasJoined && attempt <= MostJoined)
            {
                // Whoever made the container has given it up.
            }
        }
    }

    private static MachinePlan Emulated(MachinePlan plan) =>
        plan with { Options = plan.Options with { Acceleration = AccelerationChoice.Tcg } };

    private static void Check(ArchiveEnv env, StartOptions options)
    {
        if (options.Overlays.FirstOrDefault(o => !env.Overlays.Contains(o)) is { } unknown)
        {
            throw new ArchiveException(
                "UnknownOverlay",
                ErrorCategory.ObjectNotFound,
                unknown,
                $"Environment '{env.Name}' has no overlay '{unknown}'. "
                + (env.Overlays.Count == 0 ? "It has none." : $"It has: {string.Join(", ", env.Overlays)}."));
        }

        if (options.Acceleration is AccelerationChoice.Kvm && !env.Overlays.Contains(ProjectStart.KvmOverlay))
            throw new KvmMissingException(env.Name, "The environment has no docker-compose.kvm.yml", null);
    }
}

/// <summary>Where a start tells how it goes.</summary>
/// <param name="Doing">Receives the machine, the rung being climbed and what happens for it.</param>
/// <param name="Pulling">Receives what the engine says while it fetches an image.</param>
/// <param name="Warn">Receives what the user should know although it works.</param>
internal sealed record StartReport(Action<string, InstanceState, string> Doing, Action<ImageStep> Pulling, Action<string> Warn);
