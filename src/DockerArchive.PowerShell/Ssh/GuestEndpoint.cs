using System.Management.Automation;
using System.Net;
using DockerArchive.Vm;

namespace DockerArchive.Ssh;

/// <summary>Where and as whom to log in, and whose host key to expect.</summary>
internal sealed record GuestEndpoint(string Host, int Port, string ContainerId, string Name, NetworkCredential Credential)
{
    /// <summary>The archives' guests all have this login; that is why they are published on loopback only.</summary>
    private static readonly NetworkCredential Default = new("root", "root");

    /// <exception cref="ArchiveException">The instance does not publish its guest's sshd.</exception>
    public static GuestEndpoint Of(ArchiveInstance instance, PSCredential? credential) =>
        instance is { ComputerName: { } host, Port: { } port }
            ? new GuestEndpoint(host, port, instance.ContainerId, instance.Name, credential?.GetNetworkCredential() ?? Default)
            : throw new ArchiveException(
                "SshNotPublished",
                ErrorCategory.ResourceUnavailable,
                instance.Name,
                $"Container {instance.ContainerName} does not publish port 22, so the guest cannot be entered. Add a mapping such as "
                + "\"127.0.0.1:4001:22\" to `ports` in its compose file and start it again.");

    public override string ToString() => $"{Credential.UserName}@{Host}:{Port}";
}
