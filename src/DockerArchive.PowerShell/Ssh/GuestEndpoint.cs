using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Ssh;

/// <summary>Where and as whom to log in, and whose host key to expect.</summary>
internal sealed record GuestEndpoint(string Host, int Port, string ContainerId, string Name, GuestLogin Login)
{
    /// <exception cref="ArchiveException">The instance does not publish its guest's sshd.</exception>
    public static GuestEndpoint Of(ArchiveInstance instance, GuestLogin login) =>
        instance is { ComputerName: { } host, Port: { } port }
            ? new GuestEndpoint(
                host,
                port,
                instance.ContainerId,
                instance.Name,
                login)
            : throw new ArchiveException(
                "SshNotPublished",
                ErrorCategory.ResourceUnavailable,
                instance.Name,
                $"Container {instance.ContainerName} does not publish port 22, so the guest cannot be entered. Add a mapping such as "
                + "\"127.0.0.1:4001:22\" to `ports` in its compose file and start it again.");

    public override string ToString() => $"{Login.User}@{Host}:{Port}";
}
