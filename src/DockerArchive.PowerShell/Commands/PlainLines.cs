using System.Globalization;
using System.Text;
using DockerArchive.Buildkit;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>A build as lines of text: the names of its steps, what they write, and how they end.</summary>
internal sealed class PlainLines(Action<string> write) : IBuildEventSink
{
    private readonly Dictionary<int, LineSplitter> _logs = [];
    private readonly HashSet<int> _ended = [];

    public void Accept(scoped in BuildToken token)
    {
        var step = token.Step;
        switch (token.Kind)
        {
            case BuildEventKind.StepNamed when !_logs.ContainsKey(step):
                _logs.Add(step, new LineSplitter(text => write($"#{step} {text}")));
                write($"#{step} {Text(token)}");
                break;
            case BuildEventKind.StepLog when _logs.TryGetValue(step, out var log):
                log.Write(Text(token));
                if (!token.IsPartial)
                    log.Write("\n");
                break;
            case BuildEventKind.StepCompleted when token.State is { } state && _ended.Add(step):
                _logs.GetValueOrDefault(step)?.Flush();
                write(string.Create(CultureInfo.InvariantCulture, $"#{step} {state} {token.Span?.TotalSeconds:0.0}s {Text(token)}").TrimEnd());
                break;
            case BuildEventKind.Unrecognised:
                write(Text(token));
                break;
        }
    }

    private static string Text(scoped in BuildToken token) => Encoding.UTF8.GetString(token.Text);
}
