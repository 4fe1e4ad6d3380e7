namespace DockerArchive.Buildkit;

/// <summary>Receives what a parser reads, in the order of the input.</summary>
public interface IBuildEventSink
{
    /// <summary>Takes one token. Its spans are valid during the call only; keep it with <see cref="BuildToken.ToEvent"/>.</summary>
    /// <param name="token">What was read.</param>
    void Accept(scoped in BuildToken token);
}
