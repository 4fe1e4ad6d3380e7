namespace DockerArchive.Buildkit;

/// <summary>What the JSON reader has to remember of a vertex to tell it as plain progress would.</summary>
internal sealed class JsonVertex(string digest, int number)
{
    public string Digest { get; } = digest;

    /// <summary>The number that buildctl up to v0.9 gives it: the order in which the client hears of the vertices.</summary>
    public int Number { get; } = number;

    public bool IsNamed { get; set; }

    public DateTimeOffset? Started { get; set; }

    /// <summary>The last piece of its log had no newline.</summary>
    public bool IsInLine { get; set; }

    /// <summary>The time from its start to the first byte of the line.</summary>
    public TimeSpan? LineOffset { get; set; }
}
