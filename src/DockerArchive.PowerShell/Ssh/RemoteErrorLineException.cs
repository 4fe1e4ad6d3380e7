namespace DockerArchive.Ssh;

/// <summary>A line that a command in a guest wrote to standard error; as with native commands, that alone is no failure.</summary>
public sealed class RemoteErrorLineException : Exception
{
    internal RemoteErrorLineException(string line, string environment)
        : base(TerminalText.Neutralize(line))
    {
        Line = line;
        Environment = environment;
    }

    /// <summary>The line as it came, control characters included.</summary>
    public string Line { get; }

    /// <summary>Name of the environment, or of the session.</summary>
    public string Environment { get; }
}
