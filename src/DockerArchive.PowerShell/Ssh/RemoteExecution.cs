using System.Globalization;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>
/// One run of a <see cref="RemoteCommand"/>. sshd gives each command a session and process group of its own; the shell
/// first prints its process id, which is the group's too.
/// </summary>
internal sealed class RemoteExecution(SessionChannel channel, Func<Task<Lifeline>> lifeline, RemoteCommand command, string token)
{
    /// <summary>A profile of the guest's may print before the shell runs, but not without end.</summary>
    private const int LongestPreamble = 64 * 1024;

    /// <summary>Keeps bash, which sshd has started once already, from reading its profile a second time.</summary>
    private const string ProfileIsRead = "SHLVL=1";

    /// <summary>How long processes have that outlive the command itself; nothing tells when they end.</summary>
    private static readonly TimeSpan Straggling = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<int> _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;

    /// <summary>What to give to the guest's login shell.</summary>
    public static string CommandLine(RemoteCommand command, string token)
    {
        var script = $"echo {token} $$\n{command.ShellText()}";
        var variables = command.Environment.Select(v => $"{v.Key}={v.Value}").Prepend($"{Lifeline.Variable}={token}").Prepend(ProfileIsRead);
        return $"exec env {ShellWord.Join(variables)} sh -c {ShellWord.Quote(script)}";
    }

    /// <summary>Waits for the command's end.</summary>
    /// <param name="graceful">Ends the command with INT, then TERM, then KILL.</param>
    /// <param name="forceful">Ends it with KILL.</param>
    /// <exception cref="OperationCanceledException">It was ended on a token's behalf; nothing of it is left in the guest.</exception>
    /// <exception cref="TimeoutException">It was ended because its time was up.</exception>
    public async Task<RemoteExit> RunAsync(CancellationToken graceful, CancellationToken forceful)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(graceful, forceful);

        // Not disposed of: a command that could not be ended may end later, and its end is told to this.
        var noInput = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        using var timer = command.TimeLimit is { } limit ? new Timer(_ => Stop(new TimeoutException()), null, limit, Timeout.InfiniteTimeSpan) : null;
        var streams = Task.WhenAll(
            channel.Stdout.ReadToEndAsync(AfterHandshake(Guarded(command.Stdout))),
            channel.Stderr.ReadToEndAsync(Guarded(command.Stderr)),
            Task.Run(() => WriteInputAsync(noInput.Token), CancellationToken.None));
        _ = channel.Completion.ContinueWith(_ => noInput.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            var exit = await channel.Completion.WaitAsync(stop.Token);
            await streams.WaitAsync(stop.Token);
            return _failure is not null
                ? throw _failure
                : exit != RemoteExit.Unknown ? exit
                : throw new Renci.SshNet.Common.SshConnectionException("The guest closed the channel without an exit code.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await EndAsync(forceful);
            if (_failure is not null)
                throw _failure;
            graceful.ThrowIfCancellationRequested();
            throw new OperationCanceledException(forceful);
        }

        void Stop(Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The command ended just now.
            }
        }

        // A consumer that fails ends the command just as a caller who cancels does. From then on output is dropped, as
        // sshd closes no channel whose output it cannot send.
        Func<ReadOnlyMemory<byte>, ValueTask> Guarded(Func<ReadOnlyMemory<byte>, ValueTask> consume) => async bytes =>
        {
            if (stop.IsCancellationRequested)
                return;
            try
            {
                var consuming = consume(bytes);
                if (consuming.IsCompletedSuccessfully)
                    return;
                await consuming.AsTask().WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Being ended already.
            }
            catch (Exception e)
            {
                Stop(e);
            }
        };

        async Task WriteInputAsync(CancellationToken cancellation)
        {
            try
            {
                if (command.Stdin is not null)
                {
                    await using var input = new ChannelInput(channel);
                    await command.Stdin(input, cancellation);
                }

                channel.EndInput();
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                // The command ended without reading all its input, or is being ended.
            }
            catch (Exception e)
            {
                Stop(e);
            }
        }
    }

    /// <summary>INT, then TERM, then KILL, each with a time to follow it, until nothing of the command is left.</summary>
    private async Task EndAsync(CancellationToken forceful)
    {
        var deadline = Task.Delay(command.Grace, CancellationToken.None);
        await Task.WhenAny(_group.Task, channel.Completion, deadline);
        int? group = _group.Task.IsCompletedSuccessfully ? await _group.Task : null;
        string[] signals = forceful.IsCancellationRequested ? ["KILL"] : ["INT", "TERM", "KILL"];
        foreach (var signal in signals)
        {
            try
            {
                var line = await lifeline().WaitAsync(command.Grace, CancellationToken.None);
                if (await Task.Run(() => line.SignalAsync(signal, token, group), CancellationToken.None).WaitAsync(command.Grace, CancellationToken.None) == 0)
                    break;
                using var next = CancellationTokenSource.CreateLinkedTokenSource(forceful);
                next.CancelAfter(command.Grace);
                if (channel.Completion.IsCompleted)
                    await Task.Delay(Straggling, next.Token);
                else
                    await channel.Completion.WaitAsync(next.Token);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                continue;
            }
            catch (Exception e) when (GuestConnection.IsLoss(e))
            {
                // The connection is gone, and with it, by the lifeline, the command.
                return;
            }
        }

        await channel.Completion.WaitAsync(command.Grace, CancellationToken.None).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    /// <summary>Drops what precedes the shell's process id, takes that, and passes on the rest.</summary>
    private Func<ReadOnlyMemory<byte>, ValueTask> AfterHandshake(Func<ReadOnlyMemory<byte>, ValueTask> consume)
    {
        var head = new MemoryStream();
        var mark = Encoding.ASCII.GetBytes(token + " ");
        return bytes =>
        {
            if (_group.Task.IsCompleted)
                return consume(bytes);

            head.Write(bytes.Span);
            var text = head.GetBuffer().AsMemory(0, (int)head.Length);
            var start = text.Span.IndexOf(mark);
            var end = start < 0 ? -1 : text.Span[start..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return head.Length < LongestPreamble
                    ? ValueTask.CompletedTask
                    : throw new InvalidDataException("The guest's login shell prints without end before it runs the command.");
            }

            _group.SetResult(int.Parse(text.Span[(start + mark.Length)..(start + end)], CultureInfo.InvariantCulture));
            var rest = text[(start + end + 1)..];
            return rest.IsEmpty ? ValueTask.CompletedTask : consume(rest);
        };
    }

    /// <summary>A command's standard input.</summary>
    private sealed class ChannelInput(SessionChannel channel) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            channel.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            channel.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) =>
            channel.WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

        public override void Flush()
        {
            // Nothing is held back.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
