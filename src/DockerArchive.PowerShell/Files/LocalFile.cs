using System.Formats.Tar;

namespace DockerArchive.Files;

/// <summary>What a tar stream needs to know of a file of this machine.</summary>
internal static class LocalFile
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Permissions; Windows has none of this kind, so a file there is 0644 and a directory 0755.</summary>
    public static UnixFileMode Mode(FileSystemInfo item) =>
        !OperatingSystem.IsWindows() ? item.UnixFileMode : item is DirectoryInfo ? Plain | Execute : Plain;

    /// <summary>The type of an item. .NET tells it of no special file, except to a tar stream.</summary>
    /// <returns>Null for a socket.</returns>
    public static TarEntryType? Type(FileSystemInfo item)
    {
        if (item.LinkTarget is not null)
            return TarEntryType.SymbolicLink;
        if (item is DirectoryInfo)
            return TarEntryType.Directory;
        if (OperatingSystem.IsWindows() || item is not FileInfo { Length: 0 })
            return TarEntryType.RegularFile;

        try
        {
            using var memory = new MemoryStream();
            using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
                tar.WriteEntry(item.FullName, "x");
            const int typeFlag = 156;
            return (TarEntryType)memory.GetBuffer()[typeFlag];
        }
        catch (IOException) when (item.Exists)
        {
            return null;
        }
    }

    public static FileStream OpenRead(string path) => new(
        path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
}
