using System.Net;
using System.Net.Sockets;

namespace DockerArchive.SshTests;

/// <summary>
/// Ports for servers of the tests. They are below those that the system gives to whoever asks for any, so that no connection of
/// another test takes one between the choice and the server's start.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 10_000, Count = 20_000;

    private static int _last = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next, then.
            }
        }
    }

    /// <summary>Whether somebody listens there.</summary>
    public static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
