using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;

namespace DockerArchive.Commands;

/// <summary>Completes names of the overlays that lie beside environments' compose files.</summary>
public sealed class OverlayCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var catalog = ArchiveCatalog.Open(EnvironmentCompleter.Words(fakeBoundParameters["Root"]));
        var patterns = EnvironmentCompleter.Words(fakeBoundParameters["Env"])?
            .Select(e => WildcardPattern.Get(EnvironmentName.Normalize(e), WildcardOptions.IgnoreCase)).ToArray();
        var word = WildcardPattern.Get($"{wordToComplete}*", WildcardOptions.IgnoreCase);
        return catalog.Directories()
            .Where(d => patterns is null || patterns.Any(p => p.IsMatch(d.Name)))
            .SelectMany(d => EnvironmentFiles.OverlaysIn(d.Directory))
            .Distinct(StringComparer.Ordinal)
            .Where(word.IsMatch)
            .Order(StringComparer.Ordinal)
            .Select(o => new CompletionResult(o));
    }
}
