using System.Management.Automation;
using System.Management.Automation.Runspaces;
using DockerArchive.Ssh;

namespace DockerArchive;

/// <summary>
/// Closes the connections to guests when no runspace of the process uses the module any more. The engine makes one of
/// these and calls it when the module is imported and removed; it does not when a runspace is closed.
/// </summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly HashSet<Guid> Users = [];

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Runspace.DefaultRunspace is not { } runspace)
            return;
        lock (Users)
        {
            if (!Users.Add(runspace.InstanceId))
                return;
        }

        runspace.StateChanged += static (sender, e) =>
        {
            if (e.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
                End(((Runspace)sender!).InstanceId);
        };
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
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
