namespace DockerArchive.Buildkit;

/// <summary>Which part of the closing summary of a failed build a line is.</summary>
public enum BuildFailurePart : byte
{
    /// <summary>Not part of a summary.</summary>
    None,

    /// <summary>A line of dashes around a part.</summary>
    Rule,

    /// <summary>The name of the step that failed (<c> &gt; [2/4] RUN …:</c>).</summary>
    StepName,

    /// <summary>A line of the failed step's last output; BuildKit prints these incomplete and not in order.</summary>
    Log,

    /// <summary>The place in the source (<c>Dockerfile:3</c>).</summary>
    Position,

    /// <summary>A line of the source around that place.</summary>
    Excerpt,

    /// <summary>The final error (<c>error: failed to solve: …</c>).</summary>
    Message,
}
