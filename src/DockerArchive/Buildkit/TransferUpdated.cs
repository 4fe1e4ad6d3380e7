using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A transfer, extraction or other sub-task of a step moved. BuildKit leaves out updates that tell little.</summary>
public sealed class TransferUpdated : BuildEvent
{
    internal TransferUpdated(scoped in BuildToken token)
        : base(token)
    {
        Id = Encoding.UTF8.GetString(token.Text);
        Current = token.Current?.Bytes;
        CurrentPrecision = token.Current?.Precision;
        Total = token.Total?.Bytes;
        TotalPrecision = token.Total?.Precision;
        Elapsed = token.Span;
        Done = token.IsDone;
    }

    /// <summary>What moves, in BuildKit's words: <c>sha256:…</c>, <c>extracting sha256:…</c>, <c>transferring context:</c>.</summary>
    public string Id { get; }

    /// <summary>Bytes so far, or null when none are told.</summary>
    public long? Current { get; }

    /// <summary>What the last printed digit of <see cref="Current"/> is worth, in bytes.</summary>
    public long? CurrentPrecision { get; }

    /// <summary>Bytes in total, or null when unknown.</summary>
    public long? Total { get; }

    /// <summary>What the last printed digit of <see cref="Total"/> is worth, in bytes.</summary>
    public long? TotalPrecision { get; }

    /// <summary>Time since the sub-task's start in steps of 0.1 s; null when it took at most 10 ms or has just begun.</summary>
    public TimeSpan? Elapsed { get; }

    /// <summary>The sub-task is complete.</summary>
    public bool Done { get; }

    /// <inheritdoc/>
    public override string ToString() => BuildTransfer.Describe(Id, Current, Total, Elapsed, Done);
}
