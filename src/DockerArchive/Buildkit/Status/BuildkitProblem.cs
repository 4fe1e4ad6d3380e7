using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>A finding about a guest's BuildKit.</summary>
public sealed record BuildkitProblem
{
    /// <summary>What it is about.</summary>
    public required BuildkitProblemId Id { get; init; }

    /// <summary>How much it matters.</summary>
    public required BuildkitProblemSeverity Severity { get; init; }

    /// <summary>The finding in a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The journal entries that show it, oldest first; may be empty.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; init; } = [];

    /// <summary>The sentence.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Message;
}
