using System.Formats.Tar;
using System.Globalization;
using System.IO.Pipelines;
using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Files;

/// <summary>Copies files and folders out of a guest, as a tar stream, or by SFTP where the guest has no tar.</summary>
internal sealed class GuestDownload(GuestConnection guest, string instance, Action<long, long?> progress, Action<ArchiveException> onError)
{
    /// <summary>One argument of a Linux process, the script, may have 128 KiB.</summary>
    private const int LongestNames = 60_000;

    /// <summary>Tells of every path: which pattern it is from, what it is, its size, and where it really is if a link leads there.</summary>
    private const string Probe =
        """
        command -v tar >/dev/null && echo tar || echo
        probe() {
            pattern=$1
            shift
            for path; do
                real= size=
                if [ -d "$path" ]; then kind=folder
                elif [ -f "$path" ]; then kind=file; [ $# -gt 20 ] || size=$(stat -L -c %s -- "$path" 2>/dev/null)
                elif [ -e "$path" ]; then kind=other
                elif [ -L "$path" ]; then kind=dangling
                else kind=
                fi
                case $path in .|..|*/.|*/..|*/) real=$(readlink -f -- "$path") ;; esac
                [ ! -L "$path" ] || real=$(readlink -f -- "$path")
                printf '%s\0%s\0%s\0%s\0%s\0' "$pattern" "$kind" "$size" "$path" "$real"
            done
        }

        """;

    private long _received;

    /// <param name="patterns">What the user named.</param>
    /// <param name="isLiteral">Whether wildcards in it are none.</param>
    /// <param name="recurse">Whether folders are copied.</param>
    /// <param name="destination">Full path on this machine.</param>
    /// <param name="force">Whether a missing directory of the destination is made.</param>
    /// <param name="cancellation">Ends the copy; nothing of it stays.</param>
    /// <returns>The paths of the items that are there now.</returns>
    public async Task<IReadOnlyList<string>> CopyAsync(
        IReadOnlyList<string> patterns, bool isLiteral, bool recurse, string destination, bool force, CancellationToken cancellation)
    {
        var (hasTar, items) = await FindAsync(patterns, isLiteral, recurse, cancellation);
        if (items.Count == 0)
            return [];

        var isInto = Directory.Exists(destination) || Path.EndsInDirectorySeparator(destination) || items.Count > 1;
        var folder = isInto ? destination : Path.GetDirectoryName(Path.GetFullPath(destination))!;
        if (force)
            Directory.CreateDirectory(folder);
        if (!Directory.Exists(folder))
            throw NoDestination(destination, folder);
        var top = isInto ? null : Path.GetFileName(destination);
        using var tree = new ReceivedTree(folder, !isInto, onError);
        var total = items.All(i => i.Size is not null) ? items.Sum(i => i.Size) : null;
        if (hasTar)
        {
            foreach (var group in items.GroupBy(i => i.IsRenamed ? i.Path : i.Directory).SelectMany(Chunks))
                await ReceiveTarAsync(tree, group, top, total, cancellation);
        }
        else
        {
            using var sftp = await guest.OpenSftpAsync(cancellation) ?? throw NoTar(instance);
            await new SftpCopy(sftp, guest, instance, bytes => progress(_received += bytes, total)).ReceiveAsync(
                items.Select(i => ($"{i.Directory}/{i.Base}", top ?? i.Name)), tree, cancellation);
        }

        return tree.Commit(items.Select(i => (top ?? i.Name, isInto ? Path.Combine(folder, i.Name) : destination)));
    }

    internal static ArchiveException NoTar(string instance) => new(
        "TarMissing",
        ErrorCategory.NotInstalled,
        instance,
        $"The guest of '{instance}' has no tar, and a session of Posh-SSH's cannot be used for SFTP. Use -Env, or Posh-SSH's Get-SFTPItem and Set-SFTPItem.");

    internal static ArchiveException NoDestination(string destination, string folder) => new(
        "DestinationNotFound",
        ErrorCategory.ObjectNotFound,
        destination,
        $"'{folder}' is no directory, so nothing can be copied to '{destination}' (-Destination). Several items need a directory that is there; -Force makes it.");

    private static IEnumerable<IReadOnlyList<Item>> Chunks(IEnumerable<Item> group)
    {
        var chunk = new List<Item>();
        var length = 0;
        foreach (var item in group)
        {
            if ((length += (Encoding.UTF8.GetByteCount(item.Base) * 2) + 8) > LongestNames && chunk.Count > 0)
            {
                yield return chunk;
                (chunk, length) = ([], 0);
            }

            chunk.Add(item);
        }

        yield return chunk;
    }

    private async Task<(bool HasTar, IReadOnlyList<Item> Items)> FindAsync(
        IReadOnlyList<string> patterns, bool isLiteral, bool recurse, CancellationToken cancellation)
    {
        var calls = patterns.Select((p, i) => string.Create(
            CultureInfo.InvariantCulture, $"probe {i} {(isLiteral ? ShellWord.Quote(GuestGlob.Normalize(p)) : GuestGlob.Word(p))}\n"));
        var answer = await guest.RunAsync(Probe + string.Concat(calls), cancellation);
        var text = answer.StdoutText;
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var fields = text[(end + 1)..].Split('\0');
        var items = new List<Item>();
        for (var i = 0; i + 4 < fields.Length; i += 5)
        {
            var (pattern, kind, path, real) = (patterns[int.Parse(fields[i], CultureInfo.InvariantCulture)], fields[i + 1], fields[i + 3], fields[i + 4]);
            var shown = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
            var isFolder = kind == "folder";
            if (kind is "" && !isLiteral && WildcardPattern.ContainsWildcardCharacters(pattern))
                continue;
            if (kind is "" or "dangling" || real == "/")
                onError(new ArchiveException("ItemNotFound", ErrorCategory.ObjectNotFound, pattern, $"'{shown}' does not exist in the guest of '{instance}', or is a link to nothing."));
            else if (kind is "other")
                onError(ReceivedTree.Unsupported(shown));
            else if (isFolder && !recurse)
                onError(NeedsRecurse(shown));
            else
                items.Add(Item.Of(path, real, isFolder, long.TryParse(fields[i + 2], CultureInfo.InvariantCulture, out var size) ? size : null));
        }

        return (end > 0, items);
    }

    internal static ArchiveException NeedsRecurse(string path) => new(
        "FolderWithoutRecurse", ErrorCategory.InvalidArgument, path, $"'{path}' is a folder and was not copied. Give -Recurse to copy it with what is in it.");

    private async Task ReceiveTarAsync(ReceivedTree tree, IReadOnlyList<Item> items, string? top, long? total, CancellationToken cancellation)
    {
        var names = items.ToDictionary(i => i.Base, i => top ?? i.Name, StringComparer.Ordinal);
        var errors = new StringBuilder();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 * 1024 * 1024, resumeWriterThreshold: 2 * 1024 * 1024, useSynchronizationContext: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var extracting = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    using var stream = pipe.Reader.AsStream();
                    Extract(stream, tree, names, total);
                    stream.CopyTo(Stream.Null);
                }
                catch
                {
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        RemoteExit exit;
        try
        {
            exit = await guest.RunAsync(
                new RemoteCommand($"cd -- {ShellWord.Quote(items[0].Directory)} && exec tar -c -f - {ShellWord.Join(items.Select(i => $"./{i.Base}"))}")
                {
                    Stdout = async bytes => await pipe.Writer.WriteAsync(bytes, stop.Token),
                    Stderr = RemoteCommand.Into(errors),
                },
                stop.Token);
            await pipe.Writer.CompleteAsync();
            await extracting;
        }
        catch (Exception e)
        {
            await pipe.Writer.CompleteAsync(e);
            await extracting.ContinueWith(static _ => { }, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            throw extracting.Exception?.InnerException switch
            {
                ArchiveException known => known,
                InvalidDataException garbled => new ArchiveException(
                    "ItemNotReceived", ErrorCategory.InvalidData, items[0].Path, $"What the guest of '{instance}' sends is no tar stream, so nothing was copied: {garbled.Message}", garbled),
                Exception local when local is IOException or UnauthorizedAccessException => new ArchiveException(
                    "ItemNotWritten", ErrorCategory.WriteError, items[0].Path, $"What the guest of '{instance}' sends cannot be written here, so nothing was copied: {local.Message}", local),
                _ => e,
            };
        }

        if (exit.Code == 0)
            return;
        var said = errors.ToString().Trim();
        var failure = new ArchiveException(
            "ItemNotReceived", ErrorCategory.ReadError, items[0].Path, $"The guest of '{instance}' could not read all of it (tar ended with {exit.Code}): {TerminalText.Neutralize(said)}");

        // Both tars go on after a file that they cannot read, and say so at the end.
        if (!said.Contains("previous errors", StringComparison.Ordinal) && exit.Code != 1)
            throw failure;
        onError(failure);
    }

    private void Extract(Stream stream, ReceivedTree tree, Dictionary<string, string> names, long? total)
    {
        using var tar = new TarReader(stream, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    tree.AddFolder(Rename(entry.Name), entry.Mode, entry.ModificationTime);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    tree.AddFile(Rename(entry.Name), entry.Mode, entry.ModificationTime, file => Copy(entry.DataStream, file));
                    break;
                case TarEntryType.SymbolicLink:
                    tree.AddLink(Rename(entry.Name), entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    tree.AddHardLink(Rename(entry.Name), Rename(entry.LinkName));
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    tree.AddOther(Rename(entry.Name));
                    break;
            }
        }

        // What was not asked for keeps its name, and is refused for it.
        string Rename(string name)
        {
            var relative = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
            var slash = relative.IndexOf('/', StringComparison.Ordinal);
            return names.TryGetValue(slash < 0 ? relative : relative[..slash], out var renamed)
                ? renamed + (slash < 0 ? "" : relative[slash..])
                : throw ReceivedTree.Unsafe(name, "was not asked for");
        }

        void Copy(Stream? from, Stream to)
        {
            var buffer = new byte[128 * 1024];
            for (int read; from is not null && (read = from.Read(buffer)) > 0;)
            {
                to.Write(buffer, 0, read);
                progress(_received += read, total);
            }
        }
    }

    /// <param name="Path">The path as the user's pattern gives it.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Directory">Where it really is.</param>
    /// <param name="Base">What it is really called.</param>
    /// <param name="Size">Size of a file, if known.</param>
    private sealed record Item(string Path, string Name, string Directory, string Base, long? Size)
    {
        public bool IsRenamed => Name != Base;

        public static Item Of(string path, string real, bool isFolder, long? size)
        {
            var (directory, name) = Split(path);
            var (realDirectory, realName) = real.Length > 0 ? Split(real) : (directory, name);
            return new Item(path, name is "" or "." or ".." ? realName : name, realDirectory, realName, isFolder ? null : size);
        }

        private static (string Directory, string Name) Split(string path)
        {
            path = path.TrimEnd('/');
            var slash = path.LastIndexOf('/');
            return (slash == 0 ? "/" : path[..slash], path[(slash + 1)..]);
        }
    }
}
