namespace DockerArchive.Buildkit;

/// <summary>Why a build failed.</summary>
public sealed record BuildError
{
    /// <summary>The final error, <c>failed to solve: …</c>, or the failed step's when the output has no final one.</summary>
    public required string Message { get; init; }

    /// <summary>The number of the step that failed, when one did.</summary>
    public int? Step { get; init; }

    /// <summary>The exit code of the step's process, when the text tells it (v0.6 and v0.7 do not).</summary>
    public int? ExitCode { get; init; }

    /// <summary>The source lines around the error as printed since v0.8, or empty.</summary>
    public IReadOnlyList<string> Excerpt { get; init; } = [];

    /// <summary>The source file, when told (since v0.8).</summary>
    public string? SourceFile { get; init; }

    /// <summary>The line in the source file, counted from 1, when told.</summary>
    public int? SourceLine { get; init; }

    /// <summary>The command line of the step's process as BuildKit joins it with blanks, when told.</summary>
    public string? Process { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
