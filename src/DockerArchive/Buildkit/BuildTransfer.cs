namespace DockerArchive.Buildkit;

/// <summary>The latest state of a sub-task of a step: a transfer, an extraction, the writing of a manifest.</summary>
public sealed record BuildTransfer
{
    /// <summary>What moves, in BuildKit's words: <c>sha256:…</c>, <c>extracting sha256:…</c>, <c>transferring context:</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Bytes so far, or null when none are told.</summary>
    public long? Current { get; init; }

    /// <summary>What the last printed digit of <see cref="Current"/> is worth, in bytes: 10 000 for <c>12.43MB</c>, 1 when exact.</summary>
    public long? CurrentPrecision { get; init; }

    /// <summary>Bytes in total, or null when unknown.</summary>
    public long? Total { get; init; }

    /// <summary>What the last printed digit of <see cref="Total"/> is worth, in bytes.</summary>
    public long? TotalPrecision { get; init; }

    /// <summary>Time since the sub-task's start, in steps of 0.1 s from plain progress; null when it took at most 10 ms.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The sub-task is complete.</summary>
    public bool Done { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Describe(Id, Current, Total, Elapsed, Done);

    internal static string Describe(string id, long? current, long? total, TimeSpan? elapsed, bool done) => string.Concat(
        id,
        current is { } bytes ? $" {ByteSize.Text(bytes)}" : "",
        total is { } all ? $" / {ByteSize.Text(all)}" : "",
        elapsed is { } time ? $" {BuildEvent.Seconds(time)}" : "",
        done ? " done" : "");
}
