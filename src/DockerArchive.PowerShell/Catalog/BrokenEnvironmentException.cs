using System.Management.Automation;

namespace DockerArchive.Catalog;

/// <summary>An environment's files cannot be read as what they should be.</summary>
public sealed class BrokenEnvironmentException : ArchiveException
{
    internal BrokenEnvironmentException(string file, long? line, string reason, Exception? inner = null)
        : base(
            "BrokenEnvironment",
            ErrorCategory.InvalidData,
            file,
            $"{file}{(line is null ? "" : $":{line}")}: {reason}",
            inner)
    {
        File = file;
        Line = line;
        Reason = reason;
    }

    /// <summary>What is wrong with the file, without its name.</summary>
    internal string Reason { get; }

    /// <summary>Full path of the file.</summary>
    public string File { get; }

    /// <summary>Line in the file, from 1, or null where the whole file is meant.</summary>
    public long? Line { get; }
}
