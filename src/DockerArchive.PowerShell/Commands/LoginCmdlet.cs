using System.Management.Automation;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that work in guests: after a login, or over a session of Posh-SSH's.</summary>
public abstract class LoginCmdlet : AuthenticationCmdlet
{
    private protected const string BySession = "SSHSession";

    /// <summary>Sessions of Posh-SSH's New-SSHSession to work over, in place of -Env.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySession)]
    [ValidateNotNullOrEmpty]
    public virtual object[] SSHSession { get; set; } = [];

    /// <summary>The guests that a user means; one that is not there is an error record.</summary>
    private protected IReadOnlyList<Guest> FindGuests(IEnumerable<string> names)
    {
        IReadOnlyList<Guest> guests = [];
        Run(async (output, cancellation) => guests = SSHSession.Length > 0
            ? OpenSessions(output)
            : [.. (await FindRunningAsync(names, output, cancellation)).Select(ToGuest)]);
        return guests;
    }

    private List<Guest> OpenSessions(CmdletOutput output)
    {
        List<Guest> guests = [];
        foreach (var session in SSHSession)
        {
            try
            {
                guests.Add(PoshSshSession.Open(session));
            }
            catch (ArchiveException e)
            {
                output.Error(e);
            }
        }

        return guests;
    }

    private Guest ToGuest(ArchiveInstance instance) => new(
        instance.Name,
        instance.Environment,
        cancellation => GuestConnections.GetAsync(EndpointOf(instance), cancellation));
}
