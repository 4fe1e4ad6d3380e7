using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>What a completer asks of Docker, which is given a second: nobody waits longer for a key to answer.</summary>
internal static class CompletionQuestion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>The answer; nothing where Docker does not answer in time.</returns>
    public static IReadOnlyList<T> Ask<T>(
        string? dockerHost,
        ArchiveCatalog catalog,
        Func<DockerEngine, InstanceRegistry, CancellationToken, Task<IReadOnlyList<T>>> question)
    {
        var asking = Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(Patience);
            using var engine = await DockerEngine.ConnectAsync(DockerEndpoint.Resolve(dockerHost), limit.Token);
            return await question(engine, new InstanceRegistry(engine, catalog), limit.Token);
        });

        // A connection that is being made may not heed its token.
        Task.WhenAny(asking, Task.Delay(Patience)).GetAwaiter().GetResult();
        return asking.IsCompletedSuccessfully ? asking.Result : [];
    }
}
