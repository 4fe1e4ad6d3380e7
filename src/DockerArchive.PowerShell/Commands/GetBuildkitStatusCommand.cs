using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Tells how the BuildKit of a running environment is doing: versions, units, workers, journal, findings.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitStatus")]
[OutputType(typeof(BuildkitStatus))]
public sealed class GetBuildkitStatusCommand : ArchiveCmdlet
{
    /// <summary>Names of environments that run, or of instances.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>The daemon's service unit, with or without <c>.service</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "buildkit";

    /// <summary>How many of the last journal entries to bring.</summary>
    [Parameter]
    [ValidateRange(0, 100000)]
    public int Tail { get; set; } = 20;

    /// <summary>Login of the guest. Default: the archives' own, root with password root.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Env)
            Run((output, cancellation) => GetAsync(name, output, cancellation));
    }

    private async Task GetAsync(string name, CmdletOutput output, CancellationToken cancellation)
    {
        var token = GuestStatusScript.NewToken();
        IReadOnlyList<string> arguments;
        try
        {
            arguments = GuestStatusScript.Arguments(token, Unit, Tail);
        }
        catch (ArgumentException e)
        {
            throw new ArchiveException("UnitNameInvalid", ErrorCategory.InvalidArgument, Unit, $"-Unit '{Unit}' cannot be the name of a systemd unit.", e);
        }

        var registry = new InstanceRegistry(await EngineAsync(cancellation), Catalog);
        var instance = await registry.GetRunningAsync(name, cancellation);
        using var guest = await GuestConnection.OpenAsync(GuestEndpoint.Of(instance, Credential), cancellation);
        var answer = await guest.RunAsync(
            $"exec sh -c {ShellWord.Quote(GuestStatusScript.Text)} sh {ShellWord.Join(arguments)}", cancellation);
        var report = GuestStatusReport.Parse(answer.Stdout, token);
        if (report.Systemd is SystemdPresence.Absent)
        {
            throw new ArchiveException(
                "SystemdMissing",
                ErrorCategory.NotInstalled,
                instance.Name,
                $"The guest of '{instance.Name}' does not run systemd (its init is '{report.Init ?? "unknown"}'), so there are no units to ask about.");
        }

        if (!report.IsComplete)
        {
            throw new ArchiveException(
                "StatusIncomplete",
                ErrorCategory.InvalidData,
                instance.Name,
                $"The guest of '{instance.Name}' did not answer in full: {answer.StderrText.Trim()}");
        }

        output.Object(BuildkitStatus.Create(report, instance.Environment, instance.Name));
    }
}
