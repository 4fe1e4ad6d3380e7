using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Completes names of checkpoints, of the environment that is named before if there is one.</summary>
public sealed class CheckpointCompleter : IArgumentCompleter
{
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
        var names = CompletionQuestion
            .Ask(
                fakeBoundParameters["DockerHost"] as string,
                catalog,
                (engine, registry, stop) => new CheckpointImages(engine, registry).ListAsync(stop))
            .Where(c => patterns is null || patterns.Any(p => p.IsMatch(c.Environment)))
            .Select(c => c.Name)
            .Distinct(StringComparer.Ordinal)
            .Where(n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        return EnvironmentCompleter.Complete(names, word);
    }
}
