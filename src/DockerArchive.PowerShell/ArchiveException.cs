using System.Management.Automation;

namespace DockerArchive;

/// <summary>
/// A failure that a user can act on. The cmdlet base turns it into an error record; the message says what happened, to
/// what, and what to do next.
/// </summary>
public class ArchiveException : Exception
{
    /// <summary>Makes the failure.</summary>
    /// <param name="errorId">Stable id of the error record.</param>
    /// <param name="category">Category of the error record.</param>
    /// <param name="target">What the user named, or the object that failed.</param>
    /// <param name="message">What happened, to which object, what to do next.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public ArchiveException(
        string errorId, ErrorCategory category, object? target, string message, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Category = category;
        Target = target;
    }

    /// <summary>Stable id, such as <c>EnvironmentNotFound</c>.</summary>
    public string ErrorId { get; }

    /// <summary>Category of the error record.</summary>
    public ErrorCategory Category { get; }

    /// <summary>What the user named, or the object that failed.</summary>
    public object? Target { get; }

    internal static ArchiveException NotAFileSystemPath(string path) =>
        new("NotAFileSystemPath", ErrorCategory.InvalidArgument, path, $"'{path}' is not a path of the file system.");

    internal ErrorRecord ToErrorRecord() => new(this, ErrorId, Category, Target);
}
