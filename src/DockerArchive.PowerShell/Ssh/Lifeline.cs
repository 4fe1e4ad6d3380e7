using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>
/// A shell in the guest that signals the commands of one connection, and ends them all when the connection is gone: its
/// standard input ends then, whatever else the guest's sshd does.
/// </summary>
/// <remarks>
/// sshd refuses the SSH signal request for root logins, and closing a channel ends no process that neither reads nor
/// writes. Commands are known by a variable of their environment, so that also those are found which left their group.
/// </remarks>
internal sealed class Lifeline : IDisposable
{
    /// <summary>The variable that marks a command's processes in the guest.</summary>
    public const string Variable = "DOCKERARCHIVE_COMMAND";

    private const string Script =
        """
        sweep() {
            n=0
            for f in $(grep -lsF -e "$2" /proc/[0-9]*/environ 2>/dev/null); do
                p=${f#/proc/}
                p=${p%/environ}
                g=
                read -r s 2>/dev/null </proc/$p/stat && set -- "$1" "$2" "$3" ${s##*) } && g=$6
                [ -n "$3" ] && [ "$g" = "$3" ] && n=$((n + 1)) && continue
                kill -s "$1" "$p" 2>/dev/null && n=$((n + 1))
            done
        }
        connection=$1
        while read -r signal token group; do
            [ "$signal" = PING ] && echo "$token 0" && continue
            [ -n "$group" ] && kill -s "$signal" -- "-$group" 2>/dev/null
            sweep "$signal" "$token" "$group"
            echo "$token $n"
        done
        for signal in INT TERM KILL; do
            sweep "$signal" "$connection" ""
            [ "$n" = 0 ] && break
            sleep 5
        done
        """;

    private readonly SessionChannel _channel;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> _asked = new(StringComparer.Ordinal);
    private readonly Task _reading;

    private Lifeline(SessionChannel channel)
    {
        _channel = channel;
        _reading = ReadAsync();
    }

    /// <summary>Opens the lifeline of a connection, on the calling thread.</summary>
    /// <param name="client">An <c>SshClient</c> of any SSH.NET.</param>
    /// <param name="connection">How the tokens of this connection's commands begin.</param>
    /// <param name="onReceived">Called when the guest says anything.</param>
    public static Lifeline Open(object client, string connection, Action onReceived)
    {
        var channel = SessionChannel.Open(client, onReceived);
        if (channel.Start($"exec sh -c {ShellWord.Quote(Script)} sh {ShellWord.Quote($"{Variable}={connection}")}"))
            return new Lifeline(channel);
        channel.Dispose();
        throw new Renci.SshNet.Common.SshException("The guest's sshd runs no commands.");
    }

    /// <summary>Signals what is left of a command.</summary>
    /// <param name="signal">Name without SIG.</param>
    /// <param name="token">The command's token.</param>
    /// <param name="group">The command's process group, if it is known.</param>
    /// <returns>How many processes it had; 0 if nothing of it was left.</returns>
    public Task<int> SignalAsync(string signal, string token, int? group) => AskAsync(signal, $"{Variable}={token}", group);

    /// <summary>Asks for a sign of life.</summary>
    public Task PingAsync() => AskAsync("PING", "ping", null);

    public void Dispose() => _channel.Dispose();

    private async Task<int> AskAsync(string signal, string mark, int? group)
    {
        var answer = _asked.GetOrAdd(mark, static _ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_reading.IsCompleted)
            throw new Renci.SshNet.Common.SshConnectionException("The connection is gone.");
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{signal} {mark} {group}\n"));
        await _writing.WaitAsync();
        try
        {
            await _channel.WriteAsync(line, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }

        return await answer.Task;
    }

    private async Task ReadAsync()
    {
        var lines = new LineDecoder(line =>
        {
            Answer(line);
            return ValueTask.CompletedTask;
        });
        try
        {
            await _channel.Stdout.ReadToEndAsync(lines.WriteAsync);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The connection failed. Whoever waits hears of it below.
        }

        foreach (var waiting in _asked.Values)
            waiting.TrySetException(new Renci.SshNet.Common.SshConnectionException("The connection is gone."));
    }

    private void Answer(string line)
    {
        var space = line.LastIndexOf(' ');
        if (space > 0
            && _asked.TryRemove(line[..space], out var waiting)
            && int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            waiting.SetResult(count);
        }
    }
}
