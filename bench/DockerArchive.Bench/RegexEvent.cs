using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>What the peer makes of a line.</summary>
internal sealed record RegexEvent(BuildEventKind Kind, int Step, TimeSpan? Time, string Text);
