namespace DockerArchive.Buildkit;

/// <summary>A line of the closing summary of a failed build, or its final error.</summary>
public sealed class BuildFailed : BuildEvent
{
    internal BuildFailed(scoped in BuildToken token)
        : base(token)
    {
        Part = token.Part;
        Text = Decode(token.Text) ?? "";
        Line = token.Line == 0 ? null : token.Line;
        IsContinuation = token.IsContinuation;
    }

    /// <summary>Which part of the summary it is.</summary>
    public BuildFailurePart Part { get; }

    /// <summary>The step's name, the log line, the source file's name, the source line or the error; empty for a rule.</summary>
    public string Text { get; }

    /// <summary>The line number of a <see cref="BuildFailurePart.Position"/>.</summary>
    public int? Line { get; }

    /// <summary><see cref="Text"/> is a further line of the name or the error.</summary>
    public bool IsContinuation { get; }

    /// <inheritdoc/>
    public override string ToString() => Part == BuildFailurePart.Rule ? RawText : Text;
}
