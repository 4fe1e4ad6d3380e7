using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Runtime.InteropServices;

namespace DockerArchive.Ssh;

/// <summary>
/// One session channel of an SSH connection: what a command or a terminal runs in. Bytes that nobody reads are bounded by
/// the channel's window, so a reader that stops stops the writer in the guest.
/// </summary>
/// <remarks>SSH.NET's own commands offer a window of 2 GB and refill it as bytes arrive, not as they are read.</remarks>
internal sealed class SessionChannel : IDisposable
{
    /// <summary>What may be on its way unread; as much as OpenSSH's own client allows.</summary>
    private const int Window = 2 * 1024 * 1024;

    private const int StandardError = 1;

    /// <summary>SSH.NET refills the window when it falls below a packet; from here it never falls so far.</summary>
    private static readonly object NeverRefilled = uint.MaxValue;

    private readonly SshNetMembers _ssh;
    private readonly object _session;
    private readonly object _channel;
    private readonly List<(EventInfo Event, object Source, Delegate Handler)> _subscriptions = [];
    private readonly Pipe _stdout = NewPipe();
    private readonly Pipe _stderr = NewPipe();
    private readonly TaskCompletionSource<RemoteExit> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _windowOpened = new(0);
    private readonly object _consuming = new();
    private readonly object _ending = new();
    private uint _consumed;
    private RemoteExit _exit = RemoteExit.Unknown;
    private volatile bool _ended;

    private SessionChannel(object client, Action? onReceived)
    {
        _ssh = SshNetMembers.Of(client);
        _session = _ssh.Session.Invoke(client) ?? throw new Renci.SshNet.Common.SshConnectionException("Client not connected.");
        _channel = _ssh.CreateChannel.Invoke(_session)!;
        Received = onReceived;
        Stdout = new Reader(_stdout.Reader, this);
        Stderr = new Reader(_stderr.Reader, this);
    }

    /// <summary>Standard output. Reading it lets the other side send more.</summary>
    public Reader Stdout { get; }

    /// <summary>Standard error, likewise.</summary>
    public Reader Stderr { get; }

    /// <summary>How the command ended, once the channel is closed; an exception of SSH.NET's if the connection was lost.</summary>
    public Task<RemoteExit> Completion => _completion.Task;

    private Action? Received { get; }

    /// <summary>Opens a channel. Takes a round trip, during which the calling thread waits.</summary>
    /// <param name="client">An <c>SshClient</c> of any SSH.NET.</param>
    /// <param name="onReceived">Called for every packet of data, on SSH.NET's thread.</param>
    /// <exception cref="ChannelRefusedException">The guest's sshd has no session left for this connection.</exception>
    public static SessionChannel Open(object client, Action? onReceived = null)
    {
        var channel = new SessionChannel(client, onReceived);
        try
        {
            channel.Subscribe();
            channel._ssh.LocalWindow.Invoke(channel._channel, (uint)Window);
            try
            {
                channel._ssh.Open.Invoke(channel._channel);
            }
            catch (Exception e) when (e.GetType().FullName == "Renci.SshNet.Common.SshException")
            {
                throw new ChannelRefusedException(e);
            }

            channel._ssh.LocalWindow.Invoke(channel._channel, NeverRefilled);
            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a terminal; before <see cref="Start"/>.</summary>
    /// <returns>Whether the guest gave one.</returns>
    public bool RequestTerminal(string type, TerminalSize size) =>
        (bool)_ssh.Terminal.Invoke(
            _channel, new Span<object?>([type, (uint)size.Columns, (uint)size.Rows, 0u, 0u, null]))!;

    /// <summary>Starts a command, or the login shell.</summary>
    /// <returns>Whether the guest did so.</returns>
    public bool Start(string? command) =>
        (bool)(command is null ? _ssh.Shell.Invoke(_channel) : _ssh.Exec.Invoke(_channel, command))!;

    /// <summary>Tells the guest that its terminal has another size.</summary>
    public void Resize(TerminalSize size) =>
        SendIfOpen(() => _ssh.WindowChange.Invoke(_channel, (uint)size.Columns, (uint)size.Rows, 0u, 0u));

    /// <summary>Writes standard input, as fast as the guest takes it. What comes after the command's end is dropped.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_ended)
                return;
            var window = (uint)_ssh.RemoteWindow.Invoke(_channel)!;
            if (window == 0)
            {
                await _windowOpened.WaitAsync(cancellation);
                continue;
            }

            var length = (int)Math.Min(Math.Min(window, (uint)_ssh.RemotePacket.Invoke(_channel)!), (uint)bytes.Length);
            var (array, offset) = MemoryMarshal.TryGetArray(bytes[..length], out var segment)
                ? (segment.Array!, segment.Offset)
                : (bytes[..length].ToArray(), 0);
            SendIfOpen(() => _ssh.SendData.Invoke(_channel, array, offset, length));
            bytes = bytes[length..];
        }
    }

    /// <summary>Ends standard input.</summary>
    public void EndInput() => SendIfOpen(() => _ssh.SendEof.Invoke(_channel));

    /// <summary>The connection is closed from this side, of which SSH.NET tells nobody.</summary>
    public void Lose() => End(new Renci.SshNet.Common.SshConnectionException("The connection was closed."));

    /// <summary>Closes the channel. That alone ends no command which is not reading or writing.</summary>
    public void Dispose()
    {
        End(null);
        foreach (var (source, target, handler) in _subscriptions)
            source.GetRemoveMethod(nonPublic: true)!.Invoke(target, [handler]);
        _subscriptions.Clear();
        ((IDisposable)_channel).Dispose();
    }

    /// <summary>The window bounds what is in a pipe, so that writing to it never has to wait.</summary>
    private static Pipe NewPipe() => new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

    private void Subscribe()
    {
        On(_ssh.DataReceived, _channel, OnData);
        On(_ssh.ErrorDataReceived, _channel, OnErrorData);
        On(_ssh.RequestReceived, _channel, OnRequest);
        On(_ssh.EndOfData, _channel, (_, _) => EndOutput(null));
        On(_ssh.Closed, _channel, (_, _) => End(null));
        On(_ssh.SessionFailed, _session, (_, e) => End(Failure(e)));
        On(_ssh.SessionLost, _session, (_, _) => End(new Renci.SshNet.Common.SshConnectionException("The guest closed the connection.")));

        // The channel itself subscribed first, so its window has grown when this comes.
        On(_ssh.WindowAdjusted, _session, (_, _) => OpenWindow());
    }

    private void On(EventInfo source, object target, EventHandler handler)
    {
        var bound = Delegate.CreateDelegate(source.EventHandlerType!, handler.Target, handler.Method);
        source.GetAddMethod(nonPublic: true)!.Invoke(target, [bound]);
        _subscriptions.Add((source, target, bound));
    }

    private void OnData(object? sender, EventArgs e) => Receive(_stdout.Writer, e);

    private void OnErrorData(object? sender, EventArgs e) => Receive(_stderr.Writer, e);

    private void Receive(PipeWriter writer, EventArgs e)
    {
        Received?.Invoke();
        _ssh.LocalWindow.Invoke(_channel, NeverRefilled);

        // An array before SSH.NET 2025, a part of its receive buffer since.
        var data = _ssh.Data.Invoke(e) is ArraySegment<byte> segment ? segment : (byte[])_ssh.Data.Invoke(e)!;
        lock (_ending)
        {
            if (_ended)
                return;
            writer.Write<byte>(data);

            // Completes at once, as the pipe has no limit of its own.
            _ = writer.FlushAsync().AsTask();
        }
    }

    private void OnRequest(object? sender, EventArgs e)
    {
        var request = _ssh.Request.Invoke(e)!;
        switch ((string)_ssh.RequestName.Invoke(request)!)
        {
            case "exit-status":
                _exit = new RemoteExit((int)(uint)_ssh.ExitStatus.Invoke(request)!, null);
                break;
            case "exit-signal":
                _exit = new RemoteExit(-1, (string)_ssh.ExitSignal.Invoke(request)!);
                break;
        }
    }

    /// <summary>Lets the guest send as much more as was read, in steps that keep it busy.</summary>
    private void Consumed(long bytes)
    {
        uint adjust;
        lock (_consuming)
        {
            _consumed += (uint)bytes;
            if (_consumed < Window / 4)
                return;
            (adjust, _consumed) = (_consumed, 0);
        }

        try
        {
            SendIfOpen(() => _ssh.SendMessage.Invoke(
                _session, _ssh.WindowAdjust((uint)_ssh.RemoteNumber.Invoke(_channel)!, adjust)));
        }
        catch (Exception e) when (e is not MissingMemberException)
        {
            // The connection is going; its own event says so.
        }
    }

    private void SendIfOpen(Action send)
    {
        if (!_ended)
            _ssh.WhileOpen(_channel, send);
    }

    private static Exception Failure(EventArgs e) =>
        e.GetType().GetProperty("Exception")?.GetValue(e) as Exception
        ?? new Renci.SshNet.Common.SshConnectionException("The connection failed.");

    private void End(Exception? failure)
    {
        lock (_ending)
        {
            _ended = true;
            EndOutput(failure);
        }

        OpenWindow();
        if (failure is null)
            _completion.TrySetResult(_exit);
        else
            _completion.TrySetException(failure);
    }

    private void EndOutput(Exception? failure)
    {
        _stdout.Writer.Complete(failure);
        _stderr.Writer.Complete(failure);
    }

    private void OpenWindow()
    {
        if (_windowOpened.CurrentCount == 0)
            _windowOpened.Release();
    }

    /// <summary>One of a channel's two outputs.</summary>
    internal sealed class Reader(PipeReader pipe, SessionChannel channel)
    {
        /// <summary>Hands every byte to <paramref name="consume"/> in order, to the end of the output.</summary>
        public async Task ReadToEndAsync(Func<ReadOnlyMemory<byte>, ValueTask> consume)
        {
            try
            {
                while (true)
                {
                    var read = await pipe.ReadAsync();
                    foreach (var segment in read.Buffer)
                        await consume(segment);
                    var length = read.Buffer.Length;
                    pipe.AdvanceTo(read.Buffer.End);
                    channel.Consumed(length);
                    if (read.IsCompleted)
                        return;
                }
            }
            finally
            {
                await pipe.CompleteAsync();
            }
        }
    }
}

/// <summary>Columns and rows of a terminal, in characters.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows);

/// <summary>The guest's sshd opens no further session on a connection; its MaxSessions is reached.</summary>
internal sealed class ChannelRefusedException(Exception inner) : Exception("The guest's sshd opens no further session.", inner);
