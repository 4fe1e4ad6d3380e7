namespace DockerArchive.Buildkit;

/// <summary>What a <see cref="BuildToken"/> or <see cref="BuildEvent"/> tells.</summary>
public enum BuildEventKind : byte
{
    /// <summary>Text that belongs to no known form: another program's output, or a form that is newer than this parser.</summary>
    Unrecognised,

    /// <summary>A line that only separates: blank lines between blocks, the title of buildx's list of warnings.</summary>
    Separator,

    /// <summary>A step's block begins (<c>#5 [2/4] RUN …</c>) or its start time is told.</summary>
    StepStarted,

    /// <summary>A step's full name, digest or inputs.</summary>
    StepNamed,

    /// <summary>The output turns to another step while this one still runs (<c>#5 ...</c>).</summary>
    StepSuspended,

    /// <summary>A line that the step wrote, or a piece of one.</summary>
    StepLog,

    /// <summary>A transfer, extraction or other sub-task of a step moved.</summary>
    TransferUpdated,

    /// <summary>A warning about the build's definition.</summary>
    StepWarned,

    /// <summary>A step ended, or a fact of its end is told.</summary>
    StepCompleted,

    /// <summary>A line of the closing summary of a failed build, or its final error.</summary>
    BuildFailed,
}
