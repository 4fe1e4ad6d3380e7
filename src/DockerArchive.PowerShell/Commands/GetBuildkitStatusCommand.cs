using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Tells how the BuildKit of a running environment is doing: versions, units, workers, journal, findings.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitStatus", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitStatus))]
public sealed class GetBuildkitStatusCommand : GuestCmdlet
{
    /// <summary>The daemon's service unit, with or without <c>.service</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "buildkit";

    /// <summary>How many of the last journal entries to bring.</summary>
    [Parameter]
    [ValidateRange(0, 100000)]
    public int Tail { get; set; } = 20;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var guest in FindGuests(Env))
            Run((output, cancellation) => GetAsync(guest, output, cancellation));
    }

    private async Task GetAsync(Guest instance, CmdletOutput output, CancellationToken cancellation)
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

        var guest = await instance.ConnectAsync(cancellation);
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
