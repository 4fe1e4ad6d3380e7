using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets for texts whose times may lack a zone, or a year.</summary>
public abstract class ConvertFromPrintedTimeCmdlet : ConvertFromTextCmdlet
{
    /// <summary>
    /// Zone in which the text was printed, such as <c>Europe/Berlin</c>, for times that name none or only an abbreviation.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNullOrEmpty]
    public string? TimeZone { get; set; }

    private protected TimeZoneInfo? Zone { get; private set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (TimeZone is null)
            return;
        try
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            ThrowTerminatingError(new ArchiveException(
                "TimeZoneUnknown",
                ErrorCategory.InvalidArgument,
                TimeZone,
                $"This machine knows no zone '{TimeZone}' (-TimeZone). Get-TimeZone -ListAvailable lists those it knows.",
                e).ToErrorRecord());
        }
    }

    /// <summary>When a text was printed, as near as is known: years that it leaves out are reckoned from that.</summary>
    private protected static DateTimeOffset PrintedBy(string? path) =>
        path is null ? DateTimeOffset.UtcNow : new DateTimeOffset(File.GetLastWriteTimeUtc(path));
}
