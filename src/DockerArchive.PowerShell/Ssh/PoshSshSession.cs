using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace DockerArchive.Ssh;

/// <summary>Sessions of the module Posh-SSH, whose types belong to another SSH.NET than ours and are known by name only.</summary>
internal static class PoshSshSession
{
    /// <summary>
    /// One connection object for each connection, so that it has one lifeline however many cmdlets use it. A client that
    /// was connected again has another session of SSH.NET's within.
    /// </summary>
    private static readonly ConditionalWeakTable<object, GuestConnection> Connections = [];

    /// <exception cref="ArchiveException">It is no session, or one that is closed or of an SSH.NET that cannot be driven.</exception>
    public static Guest Open(object session)
    {
        var value = PSObject.AsPSObject(session);
        if (value.BaseObject.GetType().FullName != "SSH.SshSession" || value.Properties["Session"]?.Value is not { } client)
        {
            throw new ArchiveException(
                "SSHSessionInvalid",
                ErrorCategory.InvalidArgument,
                value.BaseObject,
                $"-SSHSession takes sessions of Posh-SSH's New-SSHSession, not {value.BaseObject.GetType()}.");
        }

        var name = value.Properties["Host"]?.Value as string ?? "SSHSession";
        var title = $"{name} (SSHSession {value.Properties["SessionId"]?.Value})";
        SshNetMembers ssh;
        try
        {
            ssh = SshNetMembers.Of(client);
        }
        catch (MissingMemberException e)
        {
            throw new ArchiveException(
                "SSHSessionUnsupported",
                ErrorCategory.NotImplemented,
                value.BaseObject,
                $"The session '{title}' is of {client.GetType().Assembly.GetName()}, which this module cannot drive ({e.Message}). Name the environment with -Env instead.",
                e);
        }

        return value.Properties["Connected"]?.Value is true && ssh.Session.Invoke(client) is { } connection
            ? new Guest(name, null, _ => Task.FromResult(Connections.GetValue(connection, _ => GuestConnection.Over(client, name))))
            : throw new ArchiveException(
                "SSHSessionClosed",
                ErrorCategory.ConnectionError,
                value.BaseObject,
                $"The session '{title}' is closed. Open it again with its method Connect(), or another with New-SSHSession.");
    }
}
