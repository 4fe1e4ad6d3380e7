using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace DockerArchive.Ssh;

/// <summary>Sessions of the module Posh-SSH, whose types belong to another SSH.NET than ours and are known by name only.</summary>
internal static class PoshSshSession
{
    /// <summary>One connection object per client, so that it has one lifeline however many cmdlets use it.</summary>
    private static readonly ConditionalWeakTable<object, GuestConnection> Connections = [];

    /// <exception cref="ArchiveException">It is no session, or one that is closed.</exception>
    public static Guest Open(object session)
    {
        var value = session is PSObject wrapped ? wrapped.BaseObject : session;
        if (value.GetType().FullName != "SSH.SshSession" || value.GetType().GetProperty("Session")?.GetValue(value) is not { } client)
        {
            throw new ArchiveException(
                "SSHSessionInvalid",
                ErrorCategory.InvalidArgument,
                value,
                $"-SSHSession takes sessions of Posh-SSH's New-SSHSession, not {value.GetType()}.");
        }

        var name = value.GetType().GetProperty("Host")?.GetValue(value) as string ?? "SSHSession";
        return new Guest(name, null, _ => Task.FromResult(Connections.GetValue(client, c => GuestConnection.Over(c, name))));
    }
}
