using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;

namespace DockerArchive.Commands;

/// <summary>
/// Completes names of environments, and, where there are several machines of an environment, their names.
/// </summary>
public sealed class InstanceCompleter : IArgumentCompleter
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
        var word = wordToComplete.Trim('\'', '"');
        var pattern = WildcardPattern.Get($"*{EnvironmentName.Normalize(word)}*", WildcardOptions.IgnoreCase);
        var catalog = ArchiveCatalog.Open(EnvironmentCompleter.Words(fakeBoundParameters["Root"]));
        var instances = CompletionQuestion
            .Ask(fakeBoundParameters["DockerHost"] as string, catalog, (_, registry, stop) => registry.ListAsync(stop))
            .GroupBy(i => i.Environment)
            .Where(of => of.Count() > 1)
            .SelectMany(of => of)
            .Select(i => i.Name);
        return EnvironmentCompleter.Complete(catalog.Names().Concat(instances).Where(pattern.IsMatch), word);
    }
}
