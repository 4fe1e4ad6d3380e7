using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>Completes names of Docker contexts from docker's files; no engine is asked.</summary>
public sealed class DockerHostCompleter : IArgumentCompleter
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
        return new DockerContexts(DockerContexts.DirectoryFrom(Environment.GetEnvironmentVariable)).Names()
            .Prepend(DockerContexts.Default)
            .Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(name, name, CompletionResultType.ParameterValue, $"the Docker context {name}"));
    }
}
