using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>What an engine says while it works, as it says it: <see cref="Progress{T}"/> reports on the pool in any order.</summary>
internal sealed class EngineMessages(Action<JSONMessage> report) : IProgress<JSONMessage>
{
    public void Report(JSONMessage value) => report(value);
}
