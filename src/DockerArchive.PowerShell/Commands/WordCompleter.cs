using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>Completes the usual values of a parameter that takes others too.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    private readonly IEnumerable<(string Word, string Meaning)> _words;

    private protected WordCompleter(params IEnumerable<(string Word, string Meaning)> words) => _words = words;

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
        return _words
            .Where(w => w.Word.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(w => new CompletionResult(w.Word, w.Word, CompletionResultType.ParameterValue, w.Meaning));
    }
}

/// <summary>Completes the units of BuildKit and of what it stands on.</summary>
public sealed class UnitCompleter() : WordCompleter(
    ("buildkit", "the daemon"), ("buildkit.socket", "its socket"), ("containerd", "containerd"), ("docker", "Docker's engine"));

/// <summary>Completes boots as journalctl counts them.</summary>
public sealed class BootCompleter() : WordCompleter(("0", "the present boot"), ("-1", "the boot before"));

/// <summary>Completes the time zones that this machine knows.</summary>
public sealed class TimeZoneCompleter() : WordCompleter(
    TimeZoneInfo.GetSystemTimeZones().Select(zone => (zone.Id, zone.DisplayName)));

/// <summary>Completes names of Docker contexts from docker's files; no engine is asked.</summary>
public sealed class DockerHostCompleter() : WordCompleter(
    new DockerContexts(DockerContexts.DirectoryFrom(Environment.GetEnvironmentVariable)).Names()
        .Prepend(DockerContexts.Default).Select(name => (name, $"the Docker context {name}")));

/// <summary>Completes registries to which somebody has logged in.</summary>
public sealed class RegistryCompleter() : WordCompleter(RegistryLogin.Registries().Select(registry => (registry, $"the registry {registry}")));
