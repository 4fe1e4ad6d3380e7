using System.Management.Automation;

namespace DockerArchive.Files;

/// <summary>
/// Files and folders that a guest sends. They are collected beside their destination and moved there when all are whole. The
/// guest is not trusted: nothing it sends is written, and no link it sends leads, anywhere but to the destination.
/// </summary>
internal sealed class ReceivedTree : IDisposable
{
    private const int MostLinks = 40;
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;

    private readonly string _stage;
    private readonly string _folder;
    private readonly int _depth;
    private readonly Action<ArchiveException> _onError;
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };
    private readonly List<(string Name, UnixFileMode Mode, DateTimeOffset Modified)> _attributes = [];
    private readonly List<(string From, string To)> _moved = [];

    /// <param name="folder">Existing directory that the received items go into.</param>
    /// <param name="isRenamed">Whether the destination is one new item in it, and not the directory itself.</param>
    /// <param name="onError">Receives what of it cannot be had; the rest goes on.</param>
    public ReceivedTree(string folder, bool isRenamed, Action<ArchiveException> onError)
    {
        _folder = folder;
        _depth = isRenamed ? 1 : 0;
        _onError = onError;
        _stage = Path.Combine(folder, $".{Guid.NewGuid().ToString("n")[..8]}.partial");
        try
        {
            Directory.CreateDirectory(_stage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(folder, e);
        }
    }

    /// <summary>An item of a kind that is not copied.</summary>
    public static ArchiveException Unsupported(string name) => new(
        "ItemTypeUnsupported", ErrorCategory.InvalidType, name, $"'{name}' is no file, folder or symbolic link, and was not copied.");

    public void AddFolder(string name, UnixFileMode mode, DateTimeOffset modified)
    {
        name = Check(name);
        MakeFolder(name);
        _attributes.Add((name, mode & Permissions, modified));
    }

    /// <param name="name">Name with forward slashes; its first part is what the item is called at the destination.</param>
    /// <param name="mode">Permissions.</param>
    /// <param name="modified">Time of its last change.</param>
    /// <param name="write">Writes the content.</param>
    public void AddFile(string name, UnixFileMode mode, DateTimeOffset modified, Action<Stream> write)
    {
        name = Check(name);
        var path = Prepare(name);
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            write(file);
        _files.Add(name);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode & Permissions);
        File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
    }

    /// <summary>A further name of a file that came before; it becomes a copy.</summary>
    public void AddHardLink(string name, string target)
    {
        (name, target) = (Check(name), Check(target));
        if (!_files.Contains(target))
            throw Unsafe(name, "is a hard link to what was not sent");
        var path = Prepare(name);
        File.Copy(Path.Combine(_stage, target), path, overwrite: true);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(Path.Combine(_stage, target)));
        _files.Add(name);
    }

    /// <summary>Links are made last, so that nothing can be written through them.</summary>
    public void AddLink(string name, string target)
    {
        name = Check(name);
        MakeFolder(ParentOf(name));
        if (_files.Contains(name) || _folders.Contains(name))
            throw Unsafe(name, "is sent twice, the second time as a link");
        _links[name] = target;
    }

    public void AddOther(string name) => _onError(Unsupported(Check(name)));

    /// <summary>Moves one of the top items to its place.</summary>
    /// <param name="items">Names of the top items and full paths of where each goes.</param>
    /// <returns>The paths of those that are there now.</returns>
    public IReadOnlyList<string> Commit(IEnumerable<(string Name, string Destination)> items)
    {
        MakeLinks();
        var placed = new List<string>();
        foreach (var (name, destination) in items.DistinctBy(i => i.Name))
        {
            if (!Exists(Path.Combine(_stage, name)))
                continue;
            try
            {
                Move(name, destination);
                placed.Add(destination);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _onError(NotWritten(destination, e));
            }
        }

        SetAttributes();
        return placed;
    }

    /// <summary>Removes what did not reach its place.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_stage))
            Directory.Delete(_stage, recursive: true);
    }

    public static ArchiveException Unsafe(string name, string reason) => new(
        "UnsafeItem",
        ErrorCategory.SecurityError,
        name,
        $"The guest sent '{TerminalText.Neutralize(name)}', which {reason}. Nothing was copied; do not trust this guest.");

    private static ArchiveException NotWritten(string path, Exception e) =>
        new("ItemNotWritten", ErrorCategory.WriteError, path, $"'{path}' cannot be written: {e.Message}", e);

    private static string ParentOf(string name) => name.LastIndexOf('/') is var slash && slash > 0 ? name[..slash] : "";

    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>The name without empty parts, if it is one inside the destination.</summary>
    private string Check(string name)
    {
        var parts = name.Split('/').Where(p => p is not ("" or ".")).ToArray();
        if (name.StartsWith('/') || parts.Length == 0 || parts.Contains(".."))
            throw Unsafe(name, "leads out of the destination");
        if (OperatingSystem.IsWindows() && parts.Any(p => p.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || p[^1] is '.' or ' '))
            throw Unsafe(name, "is no name on Windows");
        for (var i = 1; i < parts.Length; i++)
        {
            if (_links.ContainsKey(string.Join('/', parts[..i])))
                throw Unsafe(name, "leads through a link that was sent before");
        }

        return string.Join('/', parts);
    }

    private string Prepare(string name)
    {
        if (_links.ContainsKey(name))
            throw Unsafe(name, "is sent twice, the first time as a link");
        MakeFolder(ParentOf(name));
        return Path.Combine(_stage, name);
    }

    private void MakeFolder(string name)
    {
        if (_folders.Contains(name))
            return;
        if (_links.ContainsKey(name))
            throw Unsafe(name, "is sent twice, the first time as a link");
        MakeFolder(ParentOf(name));
        Directory.CreateDirectory(Path.Combine(_stage, name));
        _folders.Add(name);
    }

    private void MakeLinks()
    {
        foreach (var (name, target) in _links)
        {
            if (!IsInside(name, target))
            {
                _onError(new ArchiveException(
                    "LinkLeadsOut",
                    ErrorCategory.SecurityError,
                    name,
                    $"The link '{TerminalText.Neutralize(name)}' leads to '{TerminalText.Neutralize(target)}', which is not in what was copied, "
                    + "and was left out. Copy what it leads to by its own path."));
                continue;
            }

            File.CreateSymbolicLink(Path.Combine(_stage, name), target);
        }
    }

    /// <summary>Follows a link as the file system would, also through other links, here and at the destination.</summary>
    private bool IsInside(string name, string target)
    {
        var at = new List<string>(name.Split('/')[..^1]);
        var left = new Stack<string>();
        var followed = 0;
        if (at.Count < _depth || !Push(target))
            return false;
        while (left.TryPop(out var part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (at.Count == _depth)
                    return false;
                at.RemoveAt(at.Count - 1);
                continue;
            }

            at.Add(part);
            var here = string.Join('/', at);
            var next = _links.GetValueOrDefault(here) ?? new FileInfo(Path.Combine(_folder, here)).LinkTarget;
            if (next is null)
                continue;
            at.RemoveAt(at.Count - 1);
            if (++followed > MostLinks || !Push(next))
                return false;
        }

        return true;

        bool Push(string path)
        {
            if (Path.IsPathRooted(path) || path.StartsWith('/') || (OperatingSystem.IsWindows() && path.AsSpan().IndexOfAny('\\', ':') >= 0))
                return false;
            foreach (var part in Enumerable.Reverse(path.Split('/')))
                left.Push(part);
            return true;
        }
    }

    /// <summary>A folder is added to one that is there, as cp does; links that are there are not followed.</summary>
    private void Move(string name, string destination)
    {
        var source = Path.Combine(_stage, name);
        var isLink = new FileInfo(destination).LinkTarget is not null;
        if (!_folders.Contains(name))
        {
            if (!isLink && Directory.Exists(destination))
                throw new IOException("A folder is there.");
            File.Move(source, destination, overwrite: true);
        }
        else if (isLink || File.Exists(destination))
        {
            throw new IOException("A file or link is there.");
        }
        else if (!Directory.Exists(destination))
        {
            Directory.Move(source, destination);
            _moved.Add((name, destination));
        }
        else
        {
            foreach (var item in new DirectoryInfo(source).EnumerateFileSystemInfos())
                Move($"{name}/{item.Name}", Path.Combine(destination, item.Name));
        }
    }

    /// <summary>Last and from below, as a folder may be one in which nothing can be written, and writing changes its time.</summary>
    private void SetAttributes()
    {
        foreach (var (name, mode, modified) in _attributes.OrderByDescending(a => a.Name, StringComparer.Ordinal))
        {
            var move = _moved.Find(m => name == m.From || name.StartsWith(m.From + "/", StringComparison.Ordinal));
            if (move.To is null)
                continue;
            var path = move.To + name[move.From.Length..];
            Directory.SetLastWriteTimeUtc(path, modified.UtcDateTime);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, mode);
        }
    }
}
