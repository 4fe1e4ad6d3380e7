using System.Collections.Concurrent;
using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>What work on the pool may say; each call crosses to the pipeline thread and keeps its order.</summary>
internal sealed class CmdletOutput(Cmdlet cmdlet, BlockingCollection<Action> queue)
{
    public void Object(object value) => queue.Add(() => cmdlet.WriteObject(value));

    public void Error(ArchiveException error) => queue.Add(() => cmdlet.WriteError(error.ToErrorRecord()));

    public void Warning(string text) => queue.Add(() => cmdlet.WriteWarning(TerminalText.Neutralize(text)));

    public void Verbose(string text) => queue.Add(() => cmdlet.WriteVerbose(TerminalText.Neutralize(text)));

    public void Progress(ProgressRecord record) => queue.Add(() => cmdlet.WriteProgress(record));
}
