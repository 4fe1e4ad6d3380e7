using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>A sink that keeps every event.</summary>
internal sealed class EventLog : IBuildEventSink
{
    public List<BuildEvent> Events { get; } = [];

    public static List<BuildEvent> Of(ReadOnlySpan<byte> input, int pieceLength = int.MaxValue)
    {
        var log = new EventLog();
        var parser = new ProgressParser(log);
        while (!input.IsEmpty)
        {
            int length = Math.Min(pieceLength, input.Length);
            parser.Write(input[..length]);
            input = input[length..];
        }

        parser.Complete();
        return log.Events;
    }

    public static List<BuildEvent> Of(string input) => Of(System.Text.Encoding.UTF8.GetBytes(input));

    public void Accept(scoped in BuildToken token) => Events.Add(token.ToEvent());
}
