using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Docker.DotNet.Handler.Abstractions;

namespace DockerArchive.Docker;

/// <summary>
/// A connection to an engine whose bytes are standard input and output of the user's own ssh, which runs
/// <c>docker system dial-stdio</c> there, as docker's command line does.
/// </summary>
internal sealed class SshStream : WriteClosableStream
{
    private const int MostErrorText = 4096;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Process _ssh;
    private readonly string _host;
    private readonly StringBuilder _errors = new();
    private readonly Thread _errorReader;
    private readonly Channel<ReadOnlyMemory<byte>> _received = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(8) { SingleReader = true, SingleWriter = true });

    private ReadOnlyMemory<byte> _rest;
    private int _disposed;

    private SshStream(Process ssh, string host)
    {
        (_ssh, _host) = (ssh, host);

        // Reads of a pipe hold a thread whatever they are called, and the pool has few.
        _errorReader = new Thread(ReceiveErrors, 256 * 1024) { IsBackground = true, Name = "docker over ssh" };
        _errorReader.Start();
        new Thread(Receive, 256 * 1024) { IsBackground = true, Name = "docker over ssh" }.Start();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override bool CanCloseWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts ssh. Whether it gets anywhere shows when something is read.</summary>
    /// <exception cref="SshEndedException">There is no ssh here.</exception>
    public static SshStream Open(Uri address)
    {
        var start = new ProcessStartInfo
        {
            FileName = OperatingSystem.IsWindows() ? "ssh" : "/bin/sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (!OperatingSystem.IsWindows())
        {
            // A terminal's Ctrl+C goes to all of its foreground processes; this one has to go on, to carry what ends the work.
            foreach (var word in new[] { "-c", "trap '' INT; exec ssh \"$@\"", "ssh" })
                start.ArgumentList.Add(word);
        }

        foreach (var word in Arguments(address))
            start.ArgumentList.Add(word);
        try
        {
            return new SshStream(Process.Start(start)!, address.Host);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SshEndedException($"ssh cannot be started: {e.Message}", e);
        }
    }

    /// <summary>What ssh is called with. It must not ask at a terminal that belongs to somebody else.</summary>
    internal static IReadOnlyList<string> Arguments(Uri address) =>
    [
        "-T",
        "-o", "BatchMode=yes",
        "-o", "ConnectTimeout=10",
        "-o", "ServerAliveInterval=15",
        .. address.UserInfo.Length > 0 ? ["-l", Uri.UnescapeDataString(address.UserInfo)] : Array.Empty<string>(),
        .. address.Port > 0 ? ["-p", $"{address.Port}"] : Array.Empty<string>(),
        "--",
        address.IdnHost.Trim('[', ']'),
        "docker",
        .. address.AbsolutePath.Length > 1
            ? ["--host", DockerArchive.Ssh.ShellWord.Quote($"unix://{Uri.UnescapeDataString(address.AbsolutePath)}")]
            : Array.Empty<string>(),
        "system",
        "dial-stdio",
    ];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            if (!await _received.Reader.WaitToReadAsync(cancellationToken))
                return 0;
            _received.Reader.TryRead(out _rest);
        }

        var taken = _rest[..Math.Min(_rest.Length, buffer.Length)];
        taken.CopyTo(buffer);
        _rest = _rest[taken.Length..];
        return taken.Length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            _ssh.StandardInput.BaseStream.Write(buffer, offset, count);
            _ssh.StandardInput.BaseStream.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failure(e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _ssh.StandardInput.BaseStream.WriteAsync(buffer, cancellationToken);
            await _ssh.StandardInput.BaseStream.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failure(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void CloseWrite() => _ssh.StandardInput.Close();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends ssh, and with it what it runs there.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _received.Writer.TryComplete();
            try
            {
                _ssh.Kill();
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended.
            }

            _received.Reader.TryRead(out _);
        }

        base.Dispose(disposing);
    }

    private void Receive()
    {
        Exception? failure = null;
        try
        {
            var output = _ssh.StandardOutput.BaseStream;
            var buffer = new byte[64 * 1024];
            while (output.Read(buffer) is > 0 and var count)
            {
                if (!Hand(buffer.AsSpan(0, count).ToArray()))
                    break;
            }

            _ssh.WaitForExit();
            _errorReader.Join(LastWords);
            if (_ssh.ExitCode != 0 && Volatile.Read(ref _disposed) == 0)
                failure = Failure(null);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            failure = e;
        }

        _received.Writer.TryComplete(failure);
        if (Volatile.Read(ref _disposed) != 0)
            _ssh.Dispose();
    }

    /// <returns>Whether somebody wants more.</returns>
    private bool Hand(byte[] bytes)
    {
        while (!_received.Writer.TryWrite(bytes))
        {
            if (!_received.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }

        return true;
    }

    private void ReceiveErrors()
    {
        try
        {
            while (_ssh.StandardError.ReadLine() is { } line)
            {
                lock (_errors)
                {
                    if (_errors.Length < MostErrorText)
                        _errors.Append(_errors.Length > 0 ? "; " : "").Append(line.Trim());
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone, and so is what it had to say.
        }
    }

    private SshEndedException Failure(Exception? inner)
    {
        _errorReader.Join(LastWords);
        string said;
        lock (_errors)
            said = TerminalText.Neutralize(_errors.ToString());
        return said.Length > 0
            ? new SshEndedException($"ssh to {_host}: {said}")
            : new SshEndedException($"ssh to {_host} ended: {inner?.Message ?? "the connection is closed"}", inner);
    }
}

/// <summary>ssh ended, and with it the connection to an engine.</summary>
internal sealed class SshEndedException(string message, Exception? inner = null) : IOException(message, inner);
