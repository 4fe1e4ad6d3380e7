using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Files;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Copies files and folders into a running environment, or out of it.</summary>
[Cmdlet(VerbsCommon.Copy, "ArchiveItem", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(GuestItem))]
[OutputType(typeof(FileInfo))]
[OutputType(typeof(DirectoryInfo))]
public sealed class CopyArchiveItemCommand : GuestCmdlet
{
    /// <summary>What to copy: paths of this machine with -ToGuest, of the guest with -FromGuest; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>What to copy, in place of -Path; wildcards in it stand for themselves.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>An existing directory, or the new name of the one item that is copied. Default: the current location, or the guest's home directory.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>Copy from this machine into the guest.</summary>
    [Parameter]
    public SwitchParameter ToGuest { get; set; }

    /// <summary>Copy from the guest to this machine.</summary>
    [Parameter]
    public SwitchParameter FromGuest { get; set; }

    /// <summary>Copy folders, with all that is in them.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Make the directory of the destination if it is not there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Give out what was copied.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ToGuest != FromGuest)
            return;
        ThrowTerminatingError(new ArchiveException(
            "DirectionMissing", ErrorCategory.InvalidArgument, null, "Give either -ToGuest or -FromGuest, so that it is clear which side -Path is on.").ToErrorRecord());
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = LiteralPath.Length > 0;
        if (isLiteral && Path.Length == 1 && !MyInvocation.BoundParameters.ContainsKey(nameof(Destination)))
        {
            // As with Copy-Item, the place of -Path is that of -Destination then; parameter sets for that would double those there are.
            (Destination, Path) = (Path[0], []);
        }

        if (isLiteral == Path.Length > 0)
        {
            WriteError(new ArchiveException(
                "PathMissing", ErrorCategory.InvalidArgument, null, "Give what to copy with -Path, or with -LiteralPath if wildcards in it are none.").ToErrorRecord());
            return;
        }

        var paths = isLiteral ? LiteralPath : Path;
        try
        {
            var local = ToGuest ? FindLocal(paths, isLiteral) : [];
            var destination = FromGuest ? FileSystemPath(Destination) : Destination;
            if (ToGuest && local.Count == 0)
                return;
            var action = $"Copy {string.Join(", ", ToGuest ? local.Select(i => i.FullName) : paths)} {(ToGuest ? "to" : "from")} the guest, to {destination}";
            foreach (var guest in FindGuests(Env))
            {
                if (!ShouldProcess(guest.Title, action))
                    continue;
                Run((output, cancellation) => ToGuest
                    ? SendAsync(guest, local, output, cancellation)
                    : ReceiveAsync(guest, paths, isLiteral, destination, output, cancellation));
            }
        }
        catch (ArchiveException e)
        {
            WriteError(e.ToErrorRecord());
        }
    }

    private List<FileSystemInfo> FindLocal(string[] paths, bool isLiteral)
    {
        var found = new List<FileSystemInfo>();
        foreach (var path in paths)
        {
            try
            {
                foreach (var match in isLiteral ? [FileSystemPath(path)] : Matches(path))
                {
                    if (Directory.Exists(match) && !Recurse)
                        WriteError(GuestDownload.NeedsRecurse(match).ToErrorRecord());
                    else if (System.IO.Path.Exists(match))
                        found.Add(Directory.Exists(match) ? new DirectoryInfo(match.TrimEnd(System.IO.Path.DirectorySeparatorChar)) : new FileInfo(match));
                    else
                        throw NotFound(path);
                }
            }
            catch (ItemNotFoundException)
            {
                WriteError(NotFound(path).ToErrorRecord());
            }
            catch (ArchiveException e)
            {
                WriteError(e.ToErrorRecord());
            }
        }

        return found;

        static ArchiveException NotFound(string path) =>
            new("ItemNotFound", ErrorCategory.ObjectNotFound, path, $"'{path}' does not exist on this machine, or is a link to nothing.");
    }

    private System.Collections.ObjectModel.Collection<string> Matches(string path)
    {
        var matches = GetResolvedProviderPathFromPSPath(path, out var provider);
        return provider.Name == "FileSystem" ? matches : throw ArchiveException.NotAFileSystemPath(path);
    }

    private async Task SendAsync(Guest instance, IReadOnlyList<FileSystemInfo> items, CmdletOutput output, CancellationToken cancellation)
    {
        using var line = new ProgressLine(output.Progress, $"Copying to {instance.Title}");
        line.Show("connecting");
        var guest = await instance.ConnectAsync(cancellation);
        await new GuestUpload(guest, instance.Name, Follow(line)).CopyAsync(items, Destination, Force, output.Error, cancellation);
        foreach (var item in PassThru ? items : [])
            output.Object(new GuestItem(instance.Environment, instance.Name, item.FullName, Destination, item is DirectoryInfo));
    }

    private async Task ReceiveAsync(
        Guest instance, string[] paths, bool isLiteral, string destination, CmdletOutput output, CancellationToken cancellation)
    {
        using var line = new ProgressLine(output.Progress, $"Copying from {instance.Title}");
        line.Show("connecting");
        var guest = await instance.ConnectAsync(cancellation);
        var placed = await new GuestDownload(guest, instance.Name, Follow(line), output.Error)
            .CopyAsync(paths, isLiteral, Recurse, destination, Force, cancellation);
        foreach (var path in PassThru ? placed : [])
            output.Item(path);
    }

    /// <summary>Bytes, of how many if that is known, and the mean rate.</summary>
    private static Action<long, long?> Follow(ProgressLine line)
    {
        var started = Stopwatch.GetTimestamp();
        return (bytes, total) =>
        {
            var rate = (long)(bytes / Math.Max(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.001));
            var of = total is null ? "" : $" of {ByteSize.Text(total.Value)}";
            line.Show($"{ByteSize.Text(bytes)}{of}, {ByteSize.Text(rate)}/s", total > 0 ? (int)Math.Min(bytes * 100 / total.Value, 100) : null);
        };
    }
}
