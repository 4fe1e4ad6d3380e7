using System.Globalization;
using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Removes what no build uses from BuildKit's cache in running environments, or on this machine.</summary>
[Cmdlet(VerbsCommon.Clear, "BuildkitCache", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildkitPruneResult))]
public sealed class ClearBuildkitCacheCommand : BuildkitCmdlet
{
    /// <summary>Keep records that were used within this time.</summary>
    [Parameter]
    public TimeSpan? KeepDuration { get; set; }

    /// <summary>Keep so many bytes: remove only what is beyond, the least recently used first.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? KeepBytes { get; set; }

    /// <summary>Only records that match such a filter of BuildKit's, as <c>type==exec.cachemount</c>; several are alternatives.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateWithoutNul]
    public string[] Filter { get; set; } = [];

    /// <summary>Also internal records and those of frontends.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (KeepDuration < TimeSpan.Zero)
        {
            ThrowTerminatingError(new ArchiveException(
                "KeepDurationInvalid", ErrorCategory.InvalidArgument, KeepDuration, $"-KeepDuration {KeepDuration} is negative.").ToErrorRecord());
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var options = ShellWord.Join(Options());
        foreach (var machine in FindMachines())
        {
            if (ShouldProcess($"BuildKit in {machine.Title}", $"buildctl prune {options}".TrimEnd()))
                Run((output, cancellation) => ClearAsync(machine, options, output, cancellation));
        }
    }

    private static async Task ClearAsync(Machine machine, string options, CmdletOutput output, CancellationToken cancellation)
    {
        using var line = new ProgressLine(output.Progress, $"Clearing the cache of {machine.Title}");
        var question = new BuildctlQuestion(machine, "prune");
        var reader = new BuildctlCacheReader();
        var records = new List<BuildkitCacheRecord>();
        var freed = 0L;
        var lines = new LineDecoder(text =>
        {
            Take(reader.Accept(text));
            return ValueTask.CompletedTask;
        });
        ArchiveException? failure = null;
        try
        {
            await question.AskAsync(lines.WriteAsync, options, cancellation);
        }
        catch (ArchiveException e)
        {
            failure = e;
        }

        await lines.CompleteAsync();
        Take(reader.Complete());

        // What is gone is told, although more was to go.
        if (failure is not null && records.Count == 0)
            throw failure;
        if (!reader.IsRecognised)
            throw question.Unreadable();
        output.Object(new BuildkitPruneResult
        {
            Environment = machine.Environment,
            Records = records,
            Total = reader.Total ?? freed,
        });
        if (failure is not null)
            output.Error(failure);

        void Take(IReadOnlyList<BuildkitCacheRecord> removed)
        {
            records.AddRange(removed);
            freed += removed.Sum(r => r.Size ?? 0);
            line.Show($"{records.Count} records, {ByteSize.Text(freed)}");
        }
    }

    // Megabytes and Go's seconds take decimals in every version from v0.3 on.
    private IEnumerable<string> Options()
    {
        if (KeepDuration is { } duration)
            yield return string.Create(CultureInfo.InvariantCulture, $"--keep-duration={duration.TotalSeconds:0.#######}s");
        if (KeepBytes is { } bytes)
            yield return string.Create(CultureInfo.InvariantCulture, $"--keep-storage={bytes / 1e6m:0.######}");
        foreach (var filter in Filter)
            yield return $"--filter={filter}";
        if (All)
            yield return "--all";
    }
}
