using System.Globalization;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace DockerArchive.Ssh;

/// <summary>
/// One run of a <see cref="RemoteCommand"/>. The remote shell first prints its process id, which is also its process
/// group, since sshd gives each command a session of its own. That is how it can be signalled: sshd refuses the SSH
/// signal request for root logins, and closing the channel does not end a process that is not writing.
/// </summary>
internal sealed class RemoteExecution : IDisposable
{
    private readonly SshClient _client;
    private readonly RemoteCommand _command;
    private readonly SshCommand _channel;
    private readonly TaskCompletionSource<int> _processGroup = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RemoteExecution(SshClient client, RemoteCommand command)
    {
        _client = client;
        _command = command;
        _channel = client.CreateCommand($"exec sh -c {ShellWord.Quote($"echo $$\n{command.Script}")}");
    }

    public async Task<RemoteExit> RunAsync(CancellationToken cancellation)
    {
        // The token must not reach SSH.NET: it would close the channel and leave the process running.
        var running = _channel.ExecuteAsync(CancellationToken.None);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var all = Task.WhenAll(
            running,
            OrStop(ReadOnThread(_channel.OutputStream, StdoutWithHandshake())),
            OrStop(ReadOnThread(_channel.ExtendedOutputStream, _command.Stderr)),
            OrStop(WriteStdinAsync(stop.Token)));
        try
        {
            await all.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await EndAsync(running);
            cancellation.ThrowIfCancellationRequested();
            await all.WaitAsync(_command.Grace, CancellationToken.None);
        }

        return new RemoteExit(_channel.ExitStatus ?? -1, _channel.ExitSignal);

        // A consumer that fails ends the remote command just as a caller who cancels does.
        async Task OrStop(Task stream)
        {
            try
            {
                await stream;
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>INT, then TERM, then KILL to the process group, over a second channel of the connection.</summary>
    private async Task EndAsync(Task running)
    {
        var patience = Task.Delay(_command.Grace);
        if (await Task.WhenAny(_processGroup.Task, running, patience) != _processGroup.Task || !_processGroup.Task.IsCompletedSuccessfully)
            return;

        var group = await _processGroup.Task;
        foreach (var signal in (string[])["INT", "TERM", "KILL"])
        {
            if (running.IsCompleted || !_client.IsConnected)
                return;
            using var kill = _client.CreateCommand(
                string.Create(CultureInfo.InvariantCulture, $"kill -{signal} -- -{group} 2>/dev/null || kill -{signal} {group}"));
            try
            {
                await kill.ExecuteAsync(CancellationToken.None).WaitAsync(_command.Grace);
                await running.WaitAsync(_command.Grace);
            }
            catch (TimeoutException)
            {
                continue;
            }
            catch (SshException)
            {
                return;
            }
        }
    }

    private Action<ReadOnlyMemory<byte>> StdoutWithHandshake()
    {
        var head = new StringBuilder();
        return bytes =>
        {
            if (_processGroup.Task.IsCompleted)
            {
                _command.Stdout(bytes);
                return;
            }

            var newline = bytes.Span.IndexOf((byte)'\n');
            head.Append(Encoding.ASCII.GetString(newline < 0 ? bytes.Span : bytes.Span[..newline]));
            if (newline < 0)
                return;
            if (int.TryParse(head.ToString().AsSpan().Trim(), CultureInfo.InvariantCulture, out var group))
                _processGroup.SetResult(group);
            else
                _processGroup.SetException(new SshException($"The guest's shell answered '{head}' where its process id was expected."));
            if (newline + 1 < bytes.Length)
                _command.Stdout(bytes[(newline + 1)..]);
        };
    }

    private async Task WriteStdinAsync(CancellationToken cancellation)
    {
        await using var stdin = _channel.CreateInputStream();
        if (_command.Stdin is null)
            return;
        try
        {
            await _command.Stdin(stdin, cancellation);
        }
        catch (Exception e) when (e is ObjectDisposedException or SshException or InvalidOperationException)
        {
            // The command ended without reading all its input. Its exit code says whether that is a failure.
        }
    }

    /// <summary>
    /// SSH.NET's stream ignores the token of ReadAsync and its reads block, so each stream has a thread; it ends with
    /// the channel.
    /// </summary>
    private static Task ReadOnThread(Stream stream, Action<ReadOnlyMemory<byte>> consume) => Task.Factory.StartNew(
        () =>
        {
            var buffer = new byte[32 * 1024];
            int read;
            while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
                consume(buffer.AsMemory(0, read));
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
