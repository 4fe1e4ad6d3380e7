using System.Net;
using System.Net.Sockets;
using DockerArchive.Docker;

namespace DockerArchive.Ssh;

/// <summary>
/// Lets a client that wants an address reach a port in a container: a loopback port for one connection, which is closed to
/// others as soon as the client has it. It ends when either side does.
/// </summary>
internal static class GuestRelay
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Opens the way.</summary>
    /// <returns>The port on 127.0.0.1.</returns>
    /// <exception cref="Exception">The engine does not answer, or the container does not run.</exception>
    public static async Task<int> OpenAsync(DockerEndpoint docker, string containerId, int port, CancellationToken cancellation)
    {
        var there = await ContainerPort.OpenAsync(docker, containerId, port, cancellation);
        try
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start(1);
            _ = Task.Run(() => CarryAsync(listener, there), CancellationToken.None);
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch
        {
            there.Dispose();
            throw;
        }
    }

    private static async Task CarryAsync(TcpListener listener, ContainerPort there)
    {
        using (there)
        {
            try
            {
                using var here = await AcceptAsync(listener);
                using var end = new CancellationTokenSource();
                await using var stream = new NetworkStream(here);
                Task[] ways = [there.SendAsync(stream, end.Token), there.ReceiveAsync(stream, end.Token)];
                await Task.WhenAny(ways);
                await end.CancelAsync();
                await Task.WhenAll(ways);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client sees that its connection has ended.
            }
        }
    }

    private static async Task<Socket> AcceptAsync(TcpListener listener)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var accepted = await listener.AcceptSocketAsync(limit.Token);
            accepted.NoDelay = true;
            return accepted;
        }
        finally
        {
            listener.Stop();
        }
    }
}
