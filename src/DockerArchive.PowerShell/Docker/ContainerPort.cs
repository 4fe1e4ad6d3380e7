using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>
/// A connection to a port inside a container, through its engine: a program in the container connects, and its standard
/// input and output are the bytes.
/// </summary>
internal sealed class ContainerPort : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly MultiplexedStream _stream;

    private ContainerPort(MultiplexedStream stream) => _stream = stream;

    /// <summary>
    /// What runs in the container. Runners made from alpine have busybox's nc and no bash; those made from Debian the other way
    /// round.
    /// </summary>
    public static string Script(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"if command -v nc >/dev/null 2>&1; then exec nc 127.0.0.1 {port}; fi; "
        + $"exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} 4<&0 || exit; cat <&4 >&3 & cat <&3 & wait -n; kill $(jobs -p) 2>/dev/null'");

    /// <exception cref="DockerApiException">The container does not run.</exception>
    public static async Task<ContainerPort> OpenAsync(
        DockerEndpoint docker, string containerId, int port, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Of(docker);
        var exec = await engine.Client.Exec.CreateContainerExecAsync(
            containerId,
            new ContainerExecCreateParameters
            {
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
                Cmd = ["sh", "-c", Script(port)],
            },
            cancellation);
        return new ContainerPort(
            await engine.Client.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters(), cancellation));
    }

    /// <summary>Sends what a stream gives, until it ends.</summary>
    public async Task SendAsync(Stream source, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        while (await source.ReadAsync(buffer, cancellation) is > 0 and var count)
            await _stream.WriteAsync(buffer, 0, count, cancellation);
    }

    /// <summary>Writes to a stream what comes, until that ends.</summary>
    public async Task ReceiveAsync(Stream destination, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        while (await _stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellation) is { EOF: false } read)
        {
            if (read.Target is MultiplexedStream.TargetStream.StandardOut)
                await destination.WriteAsync(buffer.AsMemory(0, read.Count), cancellation);
        }
    }

    public void Dispose() => _stream.Dispose();
}
