using System.Net;
using System.Net.Sockets;

namespace DockerArchive.SshTests;

/// <summary>A TCP port in front of another that counts what goes through.</summary>
internal sealed class CountingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];
    private readonly int _target;
    private long _bytes;
    private volatile bool _isCut;

    public CountingRelay(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Breaks all connections when the next bytes come, as if they had broken long ago and nobody had noticed.</summary>
    public void CutUnnoticed() => _isCut = true;

    /// <summary>Breaks all connections.</summary>
    public void Cut()
    {
        lock (_clients)
            _clients.ForEach(c => c.Client.Close(0));
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync();
                var far = new TcpClient("127.0.0.1", _target);
                lock (_clients)
                    _clients.AddRange([near, far]);
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.Client.ReceiveAsync(buffer)) > 0;)
            {
                if (_isCut)
                {
                    _isCut = false;
                    Cut();
                    return;
                }

                Interlocked.Add(ref _bytes, read);
                for (var sent = 0; sent < read;)
                    sent += await to.Client.SendAsync(buffer.AsMemory(sent, read - sent));
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }
}
