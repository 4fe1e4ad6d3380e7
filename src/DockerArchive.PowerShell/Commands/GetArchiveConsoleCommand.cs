using System.Management.Automation;
using Docker.DotNet;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Gives out the serial console of guests as lines, also of those that have ended.</summary>
[Cmdlet(VerbsCommon.Get, "ArchiveConsole")]
[OutputType(typeof(ConsoleLine))]
public sealed class GetArchiveConsoleCommand : EnvironmentCmdlet
{
    private readonly Dictionary<string, (ArchiveInstance Instance, SerialConsole Console)> _followed = new(StringComparer.Ordinal);

    /// <summary>How many of the last lines; with -Follow, how many of those that are there. Default: all.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Go on with every new line until the machine ends, or until stopped.</summary>
    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ArchiveInstance[] instances = [];
        SerialConsole? console = null;
        Run(async (output, cancellation) =>
        {
            var engine = await EngineAsync(cancellation);
            console = new SerialConsole(engine);
            instances = [.. new InstanceMatches(Catalog, await new InstanceRegistry(engine, Catalog).ListAsync(cancellation)).Find(
                Env, name => output.Error(new NotRunningException(name)), output.Error)];
        });
        foreach (var instance in instances)
        {
            if (Follow)
                _followed.TryAdd(instance.ContainerId, (instance, console!));
            else
                Run((output, cancellation) => ReadAsync(instance, console!, output, cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_followed.Count == 0)
            return;
        Run((output, cancellation) => Task.WhenAll(_followed.Values.Select(async followed =>
        {
            try
            {
                await ReadAsync(followed.Instance, followed.Console, output, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && Explain(e) is { } known)
            {
                // The others are still followed.
                await output.ErrorAsync(known.ToErrorRecord());
            }
        })));
    }

    private async Task ReadAsync(
        ArchiveInstance instance, SerialConsole console, CmdletOutput output, CancellationToken cancellation)
    {
        try
        {
            await foreach (var (time, raw) in console.ReadAsync(instance.ContainerId, Tail, null, Follow, cancellation))
            {
                await output.ObjectAsync(new ConsoleLine
                {
                    Instance = instance.Name,
                    Time = time,
                    Text = SerialConsole.Plain(raw),
                    Raw = raw,
                });
            }
        }
        catch (DockerContainerNotFoundException)
        {
            throw new NotRunningException(instance.Name);
        }
    }
}
