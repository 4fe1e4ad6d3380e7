using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>
/// Completes names of environments, and, where there are several machines of an environment, their names. Docker is given
/// a second to tell.
/// </summary>
public sealed class InstanceCompleter : IArgumentCompleter
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
        var word = wordToComplete.Trim('\'', '"');
        var pattern = WildcardPattern.Get($"*{EnvironmentName.Normalize(word)}*", WildcardOptions.IgnoreCase);
        var catalog = ArchiveCatalog.Open(EnvironmentCompleter.Words(fakeBoundParameters["Root"]));
        return EnvironmentCompleter.Complete(catalog.Names().Concat(Instances(catalog, fakeBoundParameters["DockerHost"] as string)).Where(pattern.IsMatch), word);
    }

    /// <summary>Nothing where Docker does not answer in time.</summary>
    private static IEnumerable<string> Instances(ArchiveCatalog catalog, string? dockerHost)
    {
        var asking = Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(Patience);
            using var engine = await DockerEngine.ConnectAsync(DockerEndpoint.Resolve(dockerHost), limit.Token);
            return await new InstanceRegistry(engine, catalog).ListAsync(limit.Token);
        });

        // A connection that is being made may not heed its token.
        Task.WhenAny(asking, Task.Delay(Patience)).GetAwaiter().GetResult();
        return asking.IsCompletedSuccessfully
            ? asking.Result.GroupBy(i => i.Environment).Where(of => of.Count() > 1).SelectMany(of => of).Select(i => i.Name)
            : [];
    }
}
