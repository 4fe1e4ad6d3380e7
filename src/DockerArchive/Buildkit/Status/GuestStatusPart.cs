using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>One part of what <see cref="GuestStatusScript"/> printed: a command in the guest and how it went.</summary>
public sealed record GuestStatusPart
{
    /// <summary>
    /// Name of the part: <c>host</c>, <c>programs</c>, <c>units</c>, <c>processes</c>, <c>daemon</c>,
    /// <c>startup</c>, <c>workers</c>, <c>buildkitd</c>, <c>runc</c>, <c>journal</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Exit code of the command; null when it was not run, or the output ends within the part.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What the command wrote to stderr, without its last newline.</summary>
    public string Error { get; init; } = "";

    /// <summary>Why the command was not run; null when it was.</summary>
    public string? SkipReason { get; init; }

    /// <summary>Whether the command ran and ended well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Whether the guest has no such command.</summary>
    public bool CommandMissing => ExitCode == 127;

    /// <summary>Whether the script ended the command because it took too long.</summary>
    // timeout ends with 124 in coreutils, and with the signal it sent in busybox.
    public bool TimedOut => ExitCode is 124 or 143;

    /// <summary>Whether it was left out because an earlier answer has it.</summary>
    internal bool IsKnown => SkipReason == "known";

    internal byte[] Output { get; init; } = [];

    internal string OutputText => Encoding.UTF8.GetString(Output);
}
