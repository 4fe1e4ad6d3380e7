using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>Completes registries to which somebody has logged in.</summary>
public sealed class RegistryCompleter : IArgumentCompleter
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
        var typed = wordToComplete.Trim('\'', '"');
        return RegistryLogin.Registries()
            .Where(registry => registry.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(registry => new CompletionResult(registry));
    }
}
