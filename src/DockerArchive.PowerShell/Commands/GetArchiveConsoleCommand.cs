using System.Management.Automation;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Gives the serial consoles of guests as lines, whether their machines run or have ended.</summary>
[Cmdlet(VerbsCommon.Get, "ArchiveConsole")]
[OutputType(typeof(ConsoleLine))]
public sealed class GetArchiveConsoleCommand : EnvironmentCmdlet
{
    /// <summary>Only that many of the last lines that are there. Default: all.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Give further lines as they come, until the machines end.</summary>
    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Run(async (output, cancellation) =>
    {
        var engine = await EngineAsync(cancellation);
        var all = await new InstanceRegistry(engine, Catalog).ListAsync(cancellation);
        var instances = new InstanceMatches(Catalog, all)
            .Find(Env, name => output.Error(NotRunningException.NothingToEnd(name)), output.Error).ToArray();
        var console = new SerialConsole(engine);
        if (Follow)
            await Task.WhenAll(instances.Select(i => WriteAsync(console, i, output, cancellation)));
        else
        {
            foreach (var instance in instances)
                await WriteAsync(console, instance, output, cancellation);
        }
    });

    private async Task WriteAsync(
        SerialConsole console, ArchiveInstance instance, CmdletOutput output, CancellationToken cancellation)
    {
        await foreach (var (time, raw) in console.ReadAsync(instance.ContainerId, Tail, null, Follow, cancellation))
        {
            await output.ObjectAsync(
                new ConsoleLine { Instance = instance.Name, Time = time, Text = SerialConsole.Plain(raw), Raw = raw });
        }
    }
}
