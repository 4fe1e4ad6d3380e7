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
        var pattern = WildcardPattern.Get($"*{EnvironmentName.Normalize(word)}*", WildcardOptions.IgnoreCase);
        return Complete(ArchiveCatalog.Open(Words(fakeBoundParameters["Root"])).Names().Where(pattern.IsMatch), word);
    }

    /// <summary>What starts as typed comes before what merely contains it.</summary>
    internal static IEnumerable<CompletionResult> Complete(IEnumerable<string> names, string word) =>
        names
            .OrderBy(n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(n => n, EnvironmentOrder.Instance)
            .Select(n => new CompletionResult(n, n, CompletionResultType.ParameterValue, n));

    /// <summary>What is bound to a parameter that takes one text or several; null if nothing is.</summary>
    internal static string[]? Words(object? bound) => bound switch
    {
        string one => [one],
        object[] several => [.. several.Select(r => $"{r}")],
        _ => null,
    };
}
