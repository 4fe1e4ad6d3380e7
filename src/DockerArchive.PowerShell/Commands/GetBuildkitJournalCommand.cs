using System.Management.Automation;
using DockerArchive.Ssh;
using DockerArchive.Systemd;

namespace DockerArchive.Commands;

/// <summary>Reads the journal of BuildKit's unit in running environments, or on this machine, and follows it.</summary>
[Cmdlet(VerbsCommon.Get, "BuildkitJournal", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(JournalEntry))]
public sealed class GetBuildkitJournalCommand : BuildkitCmdlet
{
    /// <summary>How many of the last entries -Follow begins with, as journalctl does.</summary>
    private const int FollowedTail = 10;

    private readonly List<(Machine Machine, JournalQuery Query)> _followed = [];

    /// <summary>Units, with or without <c>.service</c>; wildcards are allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UnitCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ValidateWithoutNul]
    public string[] Unit { get; set; } = ["buildkit"];

    /// <summary>The earliest time, by the clock of the machine that has the journal.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The latest time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>One boot only: <c>0</c> is the present one, <c>-1</c> the one before, or a boot's id. Default: all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BootCompleter))]
    [ValidatePattern(@"^(?:[0-9a-fA-F]{32}|[+-]?[0-9]{1,9})$")]
    public string? Boot { get; set; }

    /// <summary>
    /// The least urgent level. An entry that names none has that of its priority: err is error, warning is warning,
    /// notice and info are info.
    /// </summary>
    [Parameter]
    public LogrusLevel? Level { get; set; }

    /// <summary>At most so many entries, the last ones. Default: all; with -Follow, 10.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>
    /// A regular expression (PCRE2) for messages, matched by journalctl: without regard to case if it has no capital letter.
    /// Needs systemd 237 or later.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateWithoutNul]
    public string? Grep { get; set; }

    /// <summary>Go on with every new entry as it is written, until stopped.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Begin after the entry with this cursor; an entry from the pipeline says both where and after which.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Cursor")]
    [ValidateNotNullOrEmpty]
    [ValidateWithoutNul]
    public string? After { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Follow && Until is not null)
            ThrowTerminatingError(Conflict("-Follow has no end, so -Until cannot be one.").ToErrorRecord());
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var query = ReadQuery();
        foreach (var machine in FindMachines())
        {
            if (Follow)
                _followed.Add((machine, query));
            else
                Run((output, cancellation) => Open(machine, query, output).ReadAsync(entry => GiveAsync(entry, machine, output), cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_followed.Count == 0)
            return;
        Run((output, cancellation) => Task.WhenAll(_followed.Select(async followed =>
        {
            try
            {
                await Open(followed.Machine, followed.Query, output)
                    .FollowAsync(entry => GiveAsync(entry, followed.Machine, output), cancellation);
            }
            catch (Exception e) when (Explain(e) is { } known)
            {
                // The others are still followed.
                output.Error(known);
            }
        })));
    }

    private JournalQuery ReadQuery()
    {
        if (After is not null && Since is not null)
            ThrowTerminatingError(Conflict("-After and -Since both say where to begin; name one.").ToErrorRecord());
        try
        {
            return new JournalQuery
            {
                Units = [.. Unit.Select(UnitPattern)],
                Since = Since,
                Until = Until,
                Boot = Boot,
                Level = Level,
                Grep = Grep,
                After = After,
                Tail = Tail ?? (Follow && After is null && Since is null ? FollowedTail : null),
            };
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
            throw;
        }
    }

    /// <summary>journalctl matches patterns itself, against names with their suffixes.</summary>
    private static string UnitPattern(string unit) =>
        WildcardPattern.ContainsWildcardCharacters(unit) ? unit : UnitNamed(unit);

    private static ArchiveException Conflict(string message) =>
        new("ParametersConflict", ErrorCategory.InvalidArgument, null, message);

    private static Journal Open(Machine machine, JournalQuery query, CmdletOutput output) => new(machine, query, output.Warning);

    private static ValueTask GiveAsync(JournalEntry entry, Machine machine, CmdletOutput output)
    {
        entry.Environment = machine.Environment;
        return output.ObjectAsync(entry);
    }
}
