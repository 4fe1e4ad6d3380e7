using System.Globalization;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>A script for a shell and where its streams go. Immutable; running it is the work of an <see cref="IShell"/>.</summary>
/// <param name="Script">Text for the shell; every word from outside must have passed <see cref="ShellWord"/>.</param>
internal sealed record RemoteCommand(string Script)
{
    /// <summary>Exit code of a command whose working directory cannot be entered; its standard error says why.</summary>
    public const int NoWorkingDirectory = 125;

    /// <summary>Whether the login shell of the guest's user runs the script, as with ssh; otherwise <c>sh</c> does.</summary>
    public bool InLoginShell { get; init; }

    /// <summary>Whether standard error goes where standard output goes, in the order in which both are written.</summary>
    public bool MergeError { get; init; }

    /// <summary>Environment variables of the command, beside those of the guest.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the command runs; null for the home directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Writes the command's standard input; null gives it none.</summary>
    public Func<Stream, CancellationToken, Task>? Stdin { get; init; }

    /// <summary>Receives standard output as it arrives. While it does not complete, nothing more is read, and the command has to wait.</summary>
    public Func<ReadOnlyMemory<byte>, ValueTask> Stdout { get; init; } = Discard;

    /// <summary>Receives standard error, likewise.</summary>
    public Func<ReadOnlyMemory<byte>, ValueTask> Stderr { get; init; } = Discard;

    /// <summary>How long the command may run until it is ended; null for as long as it likes.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How long the command has to end after INT, and again after TERM, before the next signal follows.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The whole of what <c>sh</c> has to do, but for the environment.</summary>
    public string ShellText()
    {
        var text = new StringBuilder();
        if (WorkingDirectory is { } directory)
            text.Append(CultureInfo.InvariantCulture, $"cd -- {ShellWord.Quote(directory)} || exit {NoWorkingDirectory}\n");
        if (MergeError)
            text.Append("exec 2>&1\n");
        return text.Append(InLoginShell ? $"exec \"${{SHELL:-sh}}\" -c {ShellWord.Quote(Script)}" : Script).ToString();
    }

    /// <summary>Keeps what arrives, as bytes.</summary>
    public static Func<ReadOnlyMemory<byte>, ValueTask> Into(MemoryStream kept) => bytes =>
    {
        kept.Write(bytes.Span);
        return ValueTask.CompletedTask;
    };

    /// <summary>Keeps what arrives, as text in UTF-8.</summary>
    public static Func<ReadOnlyMemory<byte>, ValueTask> Into(StringBuilder kept)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        return bytes =>
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
            kept.Append(text, 0, decoder.GetChars(bytes.Span, text, flush: false));
            return ValueTask.CompletedTask;
        };
    }

    private static ValueTask Discard(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;
}

/// <summary>How a remote command ended.</summary>
/// <param name="Code">Exit code; 128 + signal number where a shell reports it so; -1 if the command ended by <paramref name="Signal"/>.</param>
/// <param name="Signal">Name of the signal that ended it, without SIG, or null.</param>
internal sealed record RemoteExit(int Code, string? Signal)
{
    /// <summary>The code with which a shell ends when a program is not there.</summary>
    public const int ProgramMissing = 127;

    /// <summary>The channel was closed without a word on how the command ended.</summary>
    public static RemoteExit Unknown { get; } = new(-1, null);
}

/// <summary>What a finished command printed.</summary>
internal sealed record RemoteOutput(RemoteExit Exit, byte[] Stdout, byte[] Stderr)
{
    public string StdoutText => Encoding.UTF8.GetString(Stdout);

    public string StderrText => Encoding.UTF8.GetString(Stderr);
}
