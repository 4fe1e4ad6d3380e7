using System.Management.Automation;
using System.Threading.Channels;

namespace DockerArchive.Commands;

/// <summary>
/// What work on the pool may say; each call crosses to the pipeline thread and keeps its order. When the pipeline is
/// slow, the caller waits: on its thread, or, with the methods that return a task, without one.
/// </summary>
internal sealed class CmdletOutput(ArchiveCmdlet cmdlet, ChannelWriter<Action> queue)
{
    public void Object(object value) => Say(() => cmdlet.WriteObject(value));

    public ValueTask ObjectAsync(object value) => queue.WriteAsync(() => cmdlet.WriteObject(value));

    /// <inheritdoc cref="ArchiveCmdlet.WriteItem"/>
    public void Item(string path) => Say(() => cmdlet.WriteItem(path));

    public void Error(ArchiveException error) => Say(() => cmdlet.WriteError(error.ToErrorRecord()));

    public ValueTask ErrorAsync(ErrorRecord error) => queue.WriteAsync(() => cmdlet.WriteError(error));

    public void Warning(string text) => Say(() => cmdlet.WriteWarning(TerminalText.Neutralize(text)));

    public void Verbose(string text) => Say(() => cmdlet.WriteVerbose(TerminalText.Neutralize(text)));

    public void Progress(ProgressRecord record) => Say(() => cmdlet.WriteProgress(record));

    private void Say(Action write)
    {
        if (!queue.TryWrite(write))
            queue.WriteAsync(write).AsTask().GetAwaiter().GetResult();
    }
}
