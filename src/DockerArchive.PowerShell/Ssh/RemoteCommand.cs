namespace DockerArchive.Ssh;

/// <summary>A script for the guest's <c>sh</c> and where its streams go. Immutable; running it is <see cref="GuestConnection"/>'s work.</summary>
/// <param name="Script">Text for <c>sh -c</c>; every word from outside must have passed <see cref="ShellWord"/>.</param>
internal sealed record RemoteCommand(string Script)
{
    /// <summary>Writes the command's standard input; null gives it none.</summary>
    public Func<Stream, CancellationToken, Task>? Stdin { get; init; }

    /// <summary>Receives standard output as it arrives, on a thread of its own. While it does not return, nothing more is read.</summary>
    public Action<ReadOnlyMemory<byte>> Stdout { get; init; } = static _ => { };

    /// <summary>Receives standard error, likewise.</summary>
    public Action<ReadOnlyMemory<byte>> Stderr { get; init; } = static _ => { };

    /// <summary>How long the command has to end after INT, and again after TERM, before the next signal follows.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How a remote command ended.</summary>
/// <param name="Code">Exit code; 128 + signal number where the shell reports it so; -1 if the command ended by <paramref name="Signal"/>.</param>
/// <param name="Signal">Name of the signal that ended it, without SIG, or null.</param>
internal sealed record RemoteExit(int Code, string? Signal);
