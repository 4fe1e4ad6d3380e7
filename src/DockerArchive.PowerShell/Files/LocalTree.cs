using System.Formats.Tar;
using System.Management.Automation;

namespace DockerArchive.Files;

/// <summary>Files and folders of this machine that are to be copied together.</summary>
/// <param name="items">Those that the user named; a link among them stands for what it leads to.</param>
/// <param name="onError">Receives what cannot be copied; the rest goes on.</param>
internal sealed class LocalTree(IReadOnlyList<FileSystemInfo> items, Action<ArchiveException> onError)
{
    /// <summary>Parents before children, with the names that they have in the copy.</summary>
    public IEnumerable<(string Name, FileSystemInfo Item, TarEntryType Type)> Items() =>
        items.SelectMany(i => Below(i.Name, i.ResolveLinkTarget(returnFinalTarget: true) ?? i));

    /// <summary>Bytes of all files.</summary>
    public long Length() => items.Sum(i => i switch
    {
        FileInfo file => file.Exists ? file.Length : 0,
        DirectoryInfo folder => new DirectoryInfo(folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Sum(f => f.Length),
        _ => 0,
    });

    /// <summary>Writes all of it as a tar stream, in the folder <c>i</c>, and a file <c>ok</c> behind it.</summary>
    public void WriteTar(Stream output, Action<int> onRead)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "i"));
        foreach (var (name, item, type) in Items())
        {
            var entry = new PaxTarEntry(type, $"i/{name}") { ModificationTime = item.LastWriteTimeUtc };
            if (type == TarEntryType.SymbolicLink)
                entry.LinkName = item.LinkTarget!;
            else
                entry.Mode = LocalFile.Mode(item);
            if (type != TarEntryType.RegularFile)
            {
                tar.WriteEntry(entry);
                continue;
            }

            using var file = Open(item);
            if (file is null)
                continue;
            entry.DataStream = new TarContent(file, onRead);
            tar.WriteEntry(entry);
        }

        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "ok"));
    }

    /// <returns>Null if it cannot be read; that was told.</returns>
    public FileStream? Open(FileSystemInfo item)
    {
        try
        {
            return LocalFile.OpenRead(item.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onError(Unreadable(item.FullName, e));
            return null;
        }
    }

    private IEnumerable<(string Name, FileSystemInfo Item, TarEntryType Type)> Below(string name, FileSystemInfo item)
    {
        FileSystemInfo[] inner = [];
        TarEntryType? type;
        try
        {
            type = LocalFile.Type(item);
            if (type == TarEntryType.Directory)
                inner = ((DirectoryInfo)item).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onError(Unreadable(item.FullName, e));
            yield break;
        }

        if (type is not (TarEntryType.Directory or TarEntryType.RegularFile or TarEntryType.SymbolicLink))
        {
            onError(ReceivedTree.Unsupported(item.FullName));
            yield break;
        }

        yield return (name, item, type.Value);
        foreach (var below in inner.SelectMany(i => Below($"{name}/{i.Name}", i)))
            yield return below;
    }

    private static ArchiveException Unreadable(string path, Exception e) =>
        new("ItemUnreadable", ErrorCategory.ReadError, path, $"'{path}' cannot be read and was not copied: {e.Message}", e);
}
