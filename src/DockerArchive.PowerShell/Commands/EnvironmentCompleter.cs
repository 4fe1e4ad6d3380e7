using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;

namespace DockerArchive.Commands;

/// <summary>Completes names of environments from the catalogue; no daemon is asked.</summary>
public sealed class EnvironmentCompleter : IArgumentCompleter
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
        var roots = fakeBoundParameters["Root"] switch
        {
            string one => [one],
            object[] several => several.Select(r => $"{r}").ToArray(),
            _ => null,
        };
        var pattern = WildcardPattern.Get($"*{EnvironmentName.Normalize(word)}*", WildcardOptions.IgnoreCase);
        return ArchiveCatalog.Open(roots).Names()
            .Where(pattern.IsMatch)
            // What starts as typed comes before what merely contains it.
            .OrderBy(n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(n => n, EnvironmentOrder.Instance)
            .Select(n => new CompletionResult(n, n, CompletionResultType.ParameterValue, n));
    }
}
