using System.Buffers;
using System.Text;
using System.Threading.Channels;

namespace DockerArchive.Ssh;

/// <summary>
/// A script that runs on in a guest and answers one line of its standard input after another: to start it takes longer than to
/// answer. Only one question at a time.
/// </summary>
internal sealed class AnsweringScript
{
    private readonly Channel<string> _questions = Channel.CreateUnbounded<string>();
    private readonly Func<Task> _stop;
    private readonly Task<RemoteExit> _run;
    private Answer? _answer;

    /// <summary>Starts it.</summary>
    /// <param name="run">Runs the command.</param>
    /// <param name="script">The script.</param>
    public AnsweringScript(Func<RemoteCommand, CancellationToken, Task<RemoteExit>> run, string script)
    {
        var stop = new CancellationTokenSource();
        _stop = stop.CancelAsync;
        Script = script;
        _run = run(
            new RemoteCommand(script)
            {
                Stdin = WriteQuestionsAsync,
                Stdout = bytes => _answer?.TakeStdout(bytes) ?? ValueTask.CompletedTask,
                Stderr = bytes => _answer?.TakeStderr(bytes) ?? ValueTask.CompletedTask,
            },
            stop.Token);

        // Nobody waits for a script that ends with its connection.
        _ = _run.ContinueWith(static run => run.Exception, TaskScheduler.Default);
    }

    /// <summary>The script's text.</summary>
    public string Script { get; }

    /// <summary>Whether it can be asked again.</summary>
    public bool IsRunning => !_run.IsCompleted;

    /// <summary>Whether the last question was answered at least in part.</summary>
    public bool HasAnswered => _answer is { HasBegun: true };

    /// <summary>Asks, and waits for the whole answer.</summary>
    /// <param name="question">A line, with its newline.</param>
    /// <param name="end">How the answer ends.</param>
    /// <param name="cancellation">Ends the script.</param>
    /// <returns>The answer; less of it if the script ended before.</returns>
    public async Task<RemoteOutput> AskAsync(string question, string end, CancellationToken cancellation)
    {
        var answer = new Answer(Encoding.UTF8.GetBytes(end));
        _answer = answer;
        _questions.Writer.TryWrite(question);
        try
        {
            await Task.WhenAny(answer.Completion, _run).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await _stop();
            await Task.WhenAny(_run);
            throw;
        }

        var exit = answer.Completion.IsCompleted ? new RemoteExit(0, null) : await _run;
        return answer.ToOutput(exit);
    }

    /// <summary>Asks nothing more, on which the script ends.</summary>
    public void End() => _questions.Writer.TryComplete();

    private async Task WriteQuestionsAsync(Stream stdin, CancellationToken cancellation)
    {
        await foreach (var question in _questions.Reader.ReadAllAsync(cancellation))
            await stdin.WriteAsync(Encoding.UTF8.GetBytes(question), cancellation);
    }

    private sealed class Answer(byte[] end)
    {
        private readonly ArrayBufferWriter<byte> _stdout = new();
        private readonly ArrayBufferWriter<byte> _stderr = new();
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => _completion.Task;

        public bool HasBegun => _stdout.WrittenCount > 0;

        public ValueTask TakeStdout(ReadOnlyMemory<byte> bytes)
        {
            _stdout.Write(bytes.Span);
            if (_stdout.WrittenSpan.EndsWith(end))
                _completion.TrySetResult();
            return ValueTask.CompletedTask;
        }

        public ValueTask TakeStderr(ReadOnlyMemory<byte> bytes)
        {
            lock (_stderr)
                _stderr.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public RemoteOutput ToOutput(RemoteExit exit)
        {
            lock (_stderr)
                return new RemoteOutput(exit, _stdout.WrittenSpan.ToArray(), _stderr.WrittenSpan.ToArray());
        }
    }
}
