using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Ssh;

/// <summary>Where and as whom to log in, and whose host key to expect.</summary>
/// <param name="Host">Address, of this machine's or, with <paramref name="Through"/>, of the container's.</param>
/// <param name="Port">Port there.</param>
/// <param name="ContainerId">Full id of the container.</param>
/// <param name="Name">Name of the instance.</param>
/// <param name="Login">As whom.</param>
/// <param name="Through">The engine whose connection leads there; null where the port is published to this machine.</param>
internal sealed record GuestEndpoint(
    string Host, int Port, string ContainerId, string Name, GuestLogin Login, DockerEndpoint? Through = null)
{
    private const int SshPort = 22;

    /// <summary>Where it is, for messages.</summary>
    public string Place => Through is null ? $"{Host}:{Port}" : $"port {Port} of container {ContainerId[..12]} on {Through}";

    public static GuestEndpoint Of(ArchiveInstance instance, GuestLogin login)
    {
        var docker = DockerEndpoint.Of(instance);
        return docker.IsLocal && instance is { ComputerName: { } host, Port: { } port }
            ? new GuestEndpoint(host, port, instance.ContainerId, instance.Name, login)
            : new GuestEndpoint("127.0.0.1", SshPort, instance.ContainerId, instance.Name, login, docker);
    }

    /// <summary>Address and port for one connection from this machine.</summary>
    public async Task<(string Host, int Port)> ReachAsync(CancellationToken cancellation) => Through is null
        ? (Host, Port)
        : ("127.0.0.1", await GuestRelay.OpenAsync(Through, ContainerId, Port, cancellation));

    public override string ToString() => $"{Login.User}@{Place}";
}
