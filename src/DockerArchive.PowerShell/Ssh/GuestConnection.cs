using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Net.Sockets;
using System.Reflection;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace DockerArchive.Ssh;

/// <summary>
/// One SSH connection to a guest, over which any number of commands run, some at a time. Safe for use by many threads;
/// <see cref="GuestConnections"/> keeps the ones that are shared.
/// </summary>
internal sealed class GuestConnection : IShell, IDisposable
{
    /// <summary>sshd's default for MaxSessions, of which the lifeline takes one.</summary>
    private const int MostSessions = 10;

    /// <summary>How often an opening is tried that is refused although no other session is open.</summary>
    private const int AttemptsAlone = 20;

    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a guest may be silent when asked for a sign of life. Even an emulated one is not silent for so long.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly SshNetMembers _ssh;
    private readonly object _client;
    private readonly object _session;
    private readonly GuestEndpoint? _endpoint;
    private readonly Func<CancellationToken, Task<GuestConnection>>? _reopen;
    private readonly string _name;
    private readonly string _id = Guid.NewGuid().ToString("n")[..12];
    private readonly SemaphoreSlim _sessions = new(MostSessions - 1);
    private readonly CancellationTokenSource _closed = new();
    private readonly object _changing = new();
    private readonly ConcurrentDictionary<SessionChannel, bool> _channels = new();
    private Task<Lifeline>? _lifeline;
    private Task<Lifeline>? _firstLifeline;
    private Task<Lifeline>? _movedLifeline;
    private TaskCompletionSource _freed = NewSignal();
    private SshClient? _second;
    private long _heard = Environment.TickCount64;
    private AnsweringScript? _waiting;
    private int _wanting;
    private int _commands;
    private int _open;

    private GuestConnection(
        object client, GuestEndpoint? endpoint, string name, Func<CancellationToken, Task<GuestConnection>>? reopen = null)
    {
        _ssh = SshNetMembers.Of(client);
        _client = client;
        _session = _ssh.Session.Invoke(client) ?? throw new SshConnectionException("Client not connected.");
        _endpoint = endpoint;
        _reopen = reopen;
        _name = name;
        _ = KeepAliveAsync();
    }

    /// <summary>Whether it is open as far as is known.</summary>
    public bool IsAlive => !_closed.IsCancellationRequested && (bool)_ssh.IsConnected.Invoke(_session)!;

    /// <summary>What the guest proved its host key with, such as <c>rsa-sha2-512</c>; null over another module's connection.</summary>
    public string? HostKeyAlgorithm => (_client as SshClient)?.ConnectionInfo.CurrentHostKeyAlgorithm;

    /// <summary>Connects, checks the host key and logs in.</summary>
    /// <param name="endpoint">Where, and as whom.</param>
    /// <param name="timeout">How long each step may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="reopen">Gives the connection that takes this one's place when it turns out to be broken; null for none.</param>
    /// <exception cref="GuestUnreachableException">Nothing speaks SSH there (yet).</exception>
    /// <exception cref="GuestLoginException">The guest refused the login.</exception>
    /// <exception cref="HostKeyChangedException">The guest is not the one it was.</exception>
    public static async Task<GuestConnection> OpenAsync(
        GuestEndpoint endpoint,
        TimeSpan timeout,
        CancellationToken cancellation,
        Func<CancellationToken, Task<GuestConnection>>? reopen = null)
    {
        var client = await ConnectAsync(endpoint, timeout, info => new SshClient(info), cancellation);
        return new GuestConnection(client, endpoint, endpoint.Name, reopen);
    }

    /// <summary>Works over a connection that another module opened and closes.</summary>
    /// <param name="client">An <c>SshClient</c> of any SSH.NET.</param>
    /// <param name="name">What errors call it.</param>
    public static GuestConnection Over(object client, string name) => new(client, null, name);

    /// <inheritdoc/>
    /// <exception cref="GuestConnectionLostException">The connection broke while the command ran.</exception>
    public Task<RemoteExit> RunAsync(RemoteCommand command, CancellationToken graceful, CancellationToken forceful = default) =>
        UseAsync(connection => connection.RunHereAsync(command, graceful, forceful), graceful);

    private async Task<RemoteExit> RunHereAsync(RemoteCommand command, CancellationToken graceful, CancellationToken forceful)
    {
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(graceful, forceful);
        _ = LifelineAsync();
        var token = string.Create(CultureInfo.InvariantCulture, $"{_id}.{Interlocked.Increment(ref _commands)}.");
        var commandLine = RemoteExecution.CommandLine(command, token);
        try
        {
            using var channel = await OpenChannelAsync(
                channel => Start(channel, commandLine), starting.Token);
            return await new RemoteExecution(channel.Channel, LifelineAsync, command, token).RunAsync(graceful, forceful);
        }
        catch (Exception e) when (IsLoss(e))
        {
            starting.Token.ThrowIfCancellationRequested();
            throw e is NotStartedException ? e : Lost(e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="GuestConnectionLostException">The connection broke while the script answered.</exception>
    public Task<RemoteOutput> AskAsync(string script, string question, string end, CancellationToken cancellation) =>
        UseAsync(connection => connection.AskHereAsync(script, question, end, cancellation), cancellation);

    /// <summary>Asks the script that waits, or a new one if another asks that, and lets it wait afterwards.</summary>
    private async Task<RemoteOutput> AskHereAsync(string script, string question, string end, CancellationToken cancellation)
    {
        var waiting = Interlocked.Exchange(ref _waiting, null);
        var isKept = waiting is { IsRunning: true } && waiting.Script == script;
        if (!isKept)
            waiting?.End();
        var asked = isKept ? waiting! : new AnsweringScript((command, stop) => RunHereAsync(command, stop, default), script);
        try
        {
            var answer = await asked.AskAsync(question, end, cancellation);
            Interlocked.Exchange(ref _waiting, asked)?.End();
            if (Volatile.Read(ref _wanting) > 0)
                GiveWay();
            return answer;
        }
        catch (GuestConnectionLostException e) when (isKept && !asked.HasAnswered)
        {
            throw new NotStartedException(e);
        }
    }

    /// <summary>A script that only waits takes no session from a command.</summary>
    private void GiveWay() => Interlocked.Exchange(ref _waiting, null)?.End();

    private async Task WaitForRoomAsync(Task room)
    {
        Interlocked.Increment(ref _wanting);
        try
        {
            GiveWay();
            await room;
        }
        finally
        {
            Interlocked.Decrement(ref _wanting);
        }
    }

    /// <summary>Opens a terminal in the guest.</summary>
    /// <param name="command">A command for the login shell, or null for the login shell itself.</param>
    /// <param name="type">The terminal's type, for TERM.</param>
    /// <param name="size">Its size.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<RemoteTerminal> OpenTerminalAsync(string? command, string type, TerminalSize size, CancellationToken cancellation) =>
        UseAsync(connection => connection.OpenTerminalHereAsync(command, type, size, cancellation), cancellation);

    private async Task<RemoteTerminal> OpenTerminalHereAsync(
        string? command, string type, TerminalSize size, CancellationToken cancellation)
    {
        try
        {
            return new RemoteTerminal(
                await OpenChannelAsync(
                    channel =>
                    {
                        if (!channel.RequestTerminal(type, size))
                        {
                            throw new ArchiveException(
                                "TerminalRefused",
                                ErrorCategory.PermissionDenied,
                                _name,
                                $"The sshd in the guest of '{_name}' gives no terminals (PermitTTY). Run a command without one: Invoke-ArchiveCommand");
                        }

                        Start(channel, command);
                    },
                    cancellation),
                Lost);
        }
        catch (Exception e) when (IsLoss(e))
        {
            cancellation.ThrowIfCancellationRequested();
            throw e is NotStartedException ? e : Lost(e);
        }
    }

    /// <summary>Logs in once more, for SFTP: SSH.NET gives no other client its connection.</summary>
    /// <returns>Null over a connection of another module's, whose login is not known.</returns>
    public async Task<SftpClient?> OpenSftpAsync(CancellationToken cancellation) => _endpoint is null
        ? null
        : await ConnectAsync(_endpoint, GuestConnections.PatienceWhenUp, info => new SftpClient(info), cancellation);

    /// <summary>Closes the connection. Commands that still run are ended by the guest.</summary>
    public void Dispose()
    {
        if (_closed.IsCancellationRequested)
            return;
        _closed.Cancel();
        Abort();
        _second?.Dispose();
        (_client as SshClient)?.Dispose();
    }

    /// <summary>
    /// That a connection broke while nobody used it may be found by the next who does, for whom nothing is lost yet: it is
    /// opened again.
    /// </summary>
    private async Task<T> UseAsync<T>(Func<GuestConnection, Task<T>> use, CancellationToken cancellation)
    {
        try
        {
            return await use(this);
        }
        catch (NotStartedException) when (_reopen is not null && !_closed.IsCancellationRequested)
        {
            Abort();
            var anew = await _reopen(cancellation);
            try
            {
                return await use(anew);
            }
            catch (NotStartedException e)
            {
                throw Lost(e);
            }
        }
        catch (NotStartedException e)
        {
            throw Lost(e);
        }
    }

    private static void Start(SessionChannel channel, string? commandLine)
    {
        if (!channel.Start(commandLine))
            throw new SshException("The guest's sshd refused to run the command.");
    }

    /// <summary>SSH.NET waits on the calling thread, which must not be one of the pool's few.</summary>
    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Whether it is how SSH.NET says that the connection is gone.</summary>
    internal static bool IsLoss(Exception e) =>
        e is SshException or ObjectDisposedException or SocketException
        || e.GetType().FullName?.StartsWith("Renci.SshNet.", StringComparison.Ordinal) == true;

    private static async Task<T> ConnectAsync<T>(
        GuestEndpoint endpoint, TimeSpan timeout, Func<ConnectionInfo, T> create, CancellationToken cancellation)
        where T : BaseClient
    {
        var methods = endpoint.Login.Methods();
        var (host, port) = await ReachAsync(endpoint, cancellation);
        var info = new ConnectionInfo(host, port, endpoint.Login.User, methods)
        {
            Timeout = timeout,
            MaxSessions = MostSessions,
            RetryAttempts = 1,
        };
        Algorithms.Prefer(info, HostKeyPins.Keys(endpoint.ContainerId).Keys);

        var client = create(info);

        // Who has said its name is up; under emulation the key exchange may take longer than it took to say so.
        client.ServerIdentificationReceived += (_, _) =>
            info.Timeout = timeout > GuestConnections.PatienceWhenUp ? timeout : GuestConnections.PatienceWhenUp;
        ArchiveException? distrust = null;
        client.HostKeyReceived += (_, e) =>
        {
            try
            {
                HostKeyPins.Verify(endpoint.ContainerId, e.HostKey);
            }
            catch (ArchiveException failure)
            {
                distrust = failure;
                e.CanTrust = false;
            }
        };

        // SSH.NET notices the token between steps only.
        var connecting = Task.Run(() => client.ConnectAsync(cancellation), CancellationToken.None);
        try
        {
            await connecting.WaitAsync(cancellation);

            // From here on the keep-alive decides when a wait is hopeless.
            info.Timeout = Timeout.InfiniteTimeSpan;
            return client;
        }
        catch (Exception e)
        {
            _ = connecting.ContinueWith(_ => client.Dispose(), TaskScheduler.Default);
            if (distrust is not null)
                throw distrust;
            cancellation.ThrowIfCancellationRequested();
            throw e is SshAuthenticationException ? new GuestLoginException(endpoint, e) : new GuestUnreachableException(endpoint, e);
        }
    }

    private static async Task<(string Host, int Port)> ReachAsync(GuestEndpoint endpoint, CancellationToken cancellation)
    {
        try
        {
            return await endpoint.ReachAsync(cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ArchiveException))
        {
            throw new GuestUnreachableException(endpoint, e.GetBaseException());
        }
    }

    /// <summary>Opens a channel when sshd has room for one; what does not fit waits.</summary>
    private async Task<ChannelLease> OpenChannelAsync(Action<SessionChannel> start, CancellationToken cancellation)
    {
        if (!_sessions.Wait(0, CancellationToken.None))
            await WaitForRoomAsync(_sessions.WaitAsync(cancellation));
        try
        {
            for (var alone = 0; ;)
            {
                var freed = Volatile.Read(ref _freed).Task;
                Interlocked.Increment(ref _open);
                try
                {
                    var channel = await OnThread(() => Open(start));
                    _channels[channel] = true;
                    return new ChannelLease(channel, Release);
                }
                catch (ChannelRefusedException)
                {
                    // MaxSessions is lower than by default, or sshd has not yet seen the end of another session.
                    if (Interlocked.Decrement(ref _open) > 0)
                    {
                        await WaitForRoomAsync(freed.WaitAsync(cancellation));
                        continue;
                    }

                    SignalFreed();
                    if (_movedLifeline is null && _endpoint is not null)
                        await MoveLifelineAsync(_endpoint).WaitAsync(cancellation);
                    else if (++alone < AttemptsAlone)
                        await Task.Delay(50, cancellation);
                    else
                        throw;
                }
                catch
                {
                    Interlocked.Decrement(ref _open);
                    SignalFreed();
                    throw;
                }
            }
        }
        catch
        {
            _sessions.Release();
            throw;
        }
    }

    private SessionChannel Open(Action<SessionChannel> start)
    {
        SessionChannel channel;
        try
        {
            channel = SessionChannel.Open(_client, Heard);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw new NotStartedException(e);
        }

        try
        {
            start(channel);
            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    private void Release(SessionChannel channel)
    {
        _channels.TryRemove(channel, out _);
        Interlocked.Decrement(ref _open);
        SignalFreed();
        _sessions.Release();
    }

    private void SignalFreed() => Interlocked.Exchange(ref _freed, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Heard() => Volatile.Write(ref _heard, Environment.TickCount64);

    private Task<Lifeline> LifelineAsync()
    {
        lock (_changing)
            return _movedLifeline ?? (_lifeline ??= OpenLifelineAsync());
    }

    private async Task<Lifeline> OpenLifelineAsync()
    {
        try
        {
            return await (_firstLifeline = OnThread(() => Lifeline.Open(_client, Prefix, Heard)));
        }
        catch (ChannelRefusedException) when (_endpoint is not null)
        {
            return await MoveLifelineAsync(_endpoint);
        }
    }

    /// <summary>Where sshd allows one session only, the lifeline needs a connection of its own.</summary>
    private Task<Lifeline> MoveLifelineAsync(GuestEndpoint endpoint)
    {
        lock (_changing)
            return _movedLifeline ??= OpenAnewAsync(_firstLifeline);

        async Task<Lifeline> OpenAnewAsync(Task<Lifeline>? first)
        {
            var second = await ConnectAsync(endpoint, GuestConnections.PatienceWhenUp, info => new SshClient(info), _closed.Token);
            _second = second;
            if (_closed.IsCancellationRequested)
                second.Dispose();
            if (first is not null)
            {
                // It may have been refused.
                await Task.WhenAny(first);
                if (first.IsCompletedSuccessfully)
                    (await first).Dispose();
            }

            return await OnThread(() => Lifeline.Open(second, Prefix, Heard));
        }
    }

    private string Prefix => _id + ".";

    /// <summary>Asks for signs of life, and closes the socket when there are none: then every wait on it ends.</summary>
    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(KeepAliveInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_closed.Token) && IsAlive)
            {
                var lifeline = await LifelineAsync().WaitAsync(Silence, _closed.Token);

                // On a dead link even sending may wait, behind somebody who sends more than goes out.
                var answer = Task.Run(lifeline.PingAsync);
                var asked = Environment.TickCount64;
                while (IsAlive && await Task.WhenAny(answer, Task.Delay(KeepAliveInterval, _closed.Token)) != answer)
                {
                    if (Environment.TickCount64 - Math.Max(asked, Volatile.Read(ref _heard)) >= Silence.TotalMilliseconds)
                        throw new TimeoutException();
                }

                if (IsAlive)
                    await answer;
            }

            LoseChannels();
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
        catch (Exception e) when (IsLoss(e) || e is TimeoutException or TargetInvocationException or ChannelRefusedException)
        {
            Abort();
        }
    }

    /// <summary>
    /// Closes the socket, on which every wait ends then. SSH.NET would first say goodbye, and wait for room in a send buffer
    /// that a dead link never empties.
    /// </summary>
    internal void Abort()
    {
        (_ssh.Socket?.GetValue(_session) as Socket)?.Dispose();
        LoseChannels();
    }

    /// <summary>Of a connection that is closed from this side SSH.NET tells nobody.</summary>
    private void LoseChannels()
    {
        foreach (var channel in _channels.Keys)
            channel.Lose();
    }

    private GuestConnectionLostException Lost(Exception inner) => new(_name, inner);

    /// <summary>The connection was found broken before anything was asked of the guest.</summary>
    private sealed class NotStartedException(Exception inner) : SshConnectionException(inner.Message, inner);

    /// <summary>A channel and its place among the connection's sessions.</summary>
    internal sealed class ChannelLease(SessionChannel channel, Action<SessionChannel> release) : IDisposable
    {
        public SessionChannel Channel => channel;

        public void Dispose()
        {
            channel.Dispose();
            release(channel);
        }
    }
}
