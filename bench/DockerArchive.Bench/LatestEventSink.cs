using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>Makes an event of every token and keeps it until the next one.</summary>
internal sealed class LatestEventSink : IBuildEventSink
{
    public BuildEvent? Latest { get; private set; }

    public void Accept(scoped in BuildToken token) => Latest = token.ToEvent();
}
