using System.Management.Automation.Runspaces;
using DockerArchive.Ssh;

namespace DockerArchive;

/// <summary>
/// Closes the connections to guests when no runspace of the process uses the module any more. DockerArchive.psm1 tells
/// when it is imported and removed; the engine's own interfaces for that are not called for an assembly it has in its
/// cache, and nothing is when a runspace is closed.
/// </summary>
public static class ModuleLifetime
{
    private static readonly HashSet<Guid> Users = [];
    private static readonly HashSet<Guid> Watched = [];

    /// <summary>The current runspace has imported the module.</summary>
    public static void Begin()
    {
        if (Runspace.DefaultRunspace is not { } runspace)
            return;
        lock (Users)
        {
            Users.Add(runspace.InstanceId);
            if (!Watched.Add(runspace.InstanceId))
                return;
        }

        runspace.StateChanged += static (sender, e) =>
        {
            if (e.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
                End(((Runspace)sender!).InstanceId);
        };
    }

    /// <summary>The current runspace removes the module.</summary>
    public static void End()
    {
        if (Runspace.DefaultRunspace is { } runspace)
            End(runspace.InstanceId);
    }

    private static void End(Guid runspace)
    {
        lock (Users)
        {
            if (!Users.Remove(runspace) || Users.Count > 0)
                return;
        }

        GuestConnections.CloseAll();
    }
}
