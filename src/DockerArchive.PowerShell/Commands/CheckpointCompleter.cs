using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Completes names of checkpoints, of the environment that is named before if there is one. Docker is given a second to tell.</summary>
public sealed class CheckpointCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var catalog = ArchiveCatalog.Open(EnvironmentCompleter.Words(fakeBoundParameters["Root"]));
        var patterns = EnvironmentCompleter.Words(fakeBoundParameters["Env"])?
            .Select(e => WildcardPattern.Get(EnvironmentName.Normalize(e), WildcardOptions.IgnoreCase)).ToArray();
        var word = wordToComplete.Trim('\'', '"');
        var names = Checkpoints(catalog, fakeBoundParameters["DockerHost"] as string)
            .Where(c => patterns is null || patterns.Any(p => p.IsMatch(c.Environment)))
            .Select(c => c.Name)
            .Distinct(StringComparer.Ordinal)
            .Where(n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        return EnvironmentCompleter.Complete(names, word);
    }

    private static IReadOnlyList<ArchiveCheckpoint> Checkpoints(ArchiveCatalog catalog, string? dockerHost)
    {
        var asking = Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(Patience);
            using var engine = await DockerEngine.ConnectAsync(DockerEndpoint.Resolve(dockerHost), limit.Token);
            return await new CheckpointImages(engine, new InstanceRegistry(engine, catalog)).ListAsync(limit.Token);
        });

        // A connection that is being made may not heed its token.
        Task.WhenAny(asking, Task.Delay(Patience)).GetAwaiter().GetResult();
        return asking.IsCompletedSuccessfully ? asking.Result : [];
    }
}
