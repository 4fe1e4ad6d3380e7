using System.Buffers;
using System.Formats.Tar;
using System.Management.Automation;
using System.Security.Cryptography;
using DockerArchive.Files;

namespace DockerArchive.Buildkit;

/// <summary>
/// What a build reads from the user's machine: the context without what <c>.dockerignore</c> names, and the Dockerfile.
/// </summary>
internal sealed class BuildContext
{
    /// <summary>Names in the tar stream, and so in the guest.</summary>
    public const string ContextDirectory = "context";

    /// <inheritdoc cref="ContextDirectory"/>
    public const string DockerfileDirectory = "dockerfile";

    /// <summary>Stands last in the tar stream, so that a context which has it is whole.</summary>
    public const string ManifestFile = "manifest";

    private readonly string _directory;
    private readonly string _dockerfile;
    private readonly DockerIgnore _ignore;

    private BuildContext(string directory, string dockerfile, DockerIgnore ignore)
    {
        _directory = directory;
        _dockerfile = dockerfile;
        _ignore = ignore;
    }

    /// <summary>File name of the Dockerfile, for the frontend's <c>filename</c> option.</summary>
    public string DockerfileName => Path.GetFileName(_dockerfile);

    /// <param name="directory">Full path of the context.</param>
    /// <param name="dockerfile">Full path of the Dockerfile; null for <c>Dockerfile</c> in the context.</param>
    /// <exception cref="ArchiveException">One of them does not exist, or <c>.dockerignore</c> is malformed.</exception>
    public static BuildContext Open(string directory, string? dockerfile)
    {
        if (!Directory.Exists(directory))
        {
            throw new ArchiveException(
                "ContextNotFound",
                ErrorCategory.ObjectNotFound,
                directory,
                File.Exists(directory)
                    ? $"'{directory}' is a file; -Context takes the directory that the build may read."
                    : $"Directory '{directory}' (-Context) does not exist.");
        }

        var file = dockerfile ?? Path.Combine(directory, "Dockerfile");
        if (!File.Exists(file))
        {
            throw new ArchiveException(
                "DockerfileNotFound",
                ErrorCategory.ObjectNotFound,
                file,
                dockerfile is null
                    ? $"'{directory}' has no Dockerfile. Name another with -Dockerfile."
                    : $"Dockerfile '{file}' (-Dockerfile) does not exist.");
        }

        return new BuildContext(directory, file, ReadIgnore(directory, file));
    }

    /// <summary>Where the context lies on this machine, which is what makes two builds' contexts the same one.</summary>
    public string Identity => $"{Environment.MachineName}\n{_directory}\n{DockerfileName}";

    /// <summary>
    /// Reads the whole context. Contents are always hashed: that is faster than any guest is, and no file that was changed
    /// without a trace in its size and time is missed.
    /// </summary>
    public async Task<ContextManifest> ReadAsync(CancellationToken cancellation)
    {
        var items = await Task.Run(() => Items().ToArray(), cancellation);
        var entries = new ContextEntry[items.Length];
        await Parallel.ForAsync(0, items.Length, cancellation, (i, token) =>
        {
            var (name, item, type) = items[i];
            entries[i] = new ContextEntry(name, type, item.LinkTarget is null ? LocalFile.Mode(item) : UnixFileMode.None, type switch
            {
                TarEntryType.RegularFile => Hash(item.FullName, token),
                TarEntryType.SymbolicLink => item.LinkTarget!,
                _ => "",
            });
            return ValueTask.CompletedTask;
        });
        return ContextManifest.Of(entries);
    }

    /// <summary>Writes items of a manifest as a tar stream, and the manifest itself at its end.</summary>
    /// <param name="output">Receives the tar stream.</param>
    /// <param name="manifest">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="entries">Those of its entries that are to be written.</param>
    /// <param name="sent">Receives the number of content bytes written so far.</param>
    /// <exception cref="ContextChangedException">A file is not what it was when the manifest was made.</exception>
    public void WriteTar(Stream output, ContextManifest manifest, IEnumerable<ContextEntry> entries, Action<long> sent)
    {
        long bytes = 0;
        using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var entry in entries)
        {
            var path = PathOf(entry.Name);
            switch (entry.Type)
            {
                case TarEntryType.RegularFile:
                    using (var file = LocalFile.OpenRead(path))
                    using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
                    {
                        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry.Name)
                        {
                            Mode = entry.Mode,
                            ModificationTime = File.GetLastWriteTimeUtc(path),
                            DataStream = new TarContent(file, read => sent(bytes += read), hash),
                        });
                        if (Convert.ToHexString(hash.GetHashAndReset()) != entry.Content)
                            throw new ContextChangedException(path);
                    }

                    break;
                case TarEntryType.Directory:
                    tar.WriteEntry(new PaxTarEntry(entry.Type, entry.Name) { Mode = entry.Mode, ModificationTime = Directory.GetLastWriteTimeUtc(path) });
                    break;
                case TarEntryType.SymbolicLink:
                    tar.WriteEntry(new PaxTarEntry(entry.Type, entry.Name) { LinkName = entry.Content });
                    break;
                default:
                    tar.WriteEntry(path, entry.Name);
                    break;
            }
        }

        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, ManifestFile) { DataStream = new MemoryStream(manifest.Text.ToArray()) });
    }

    private static string Hash(string path, CancellationToken cancellation)
    {
        using var file = LocalFile.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(string name) =>
        name.StartsWith(DockerfileDirectory + "/", StringComparison.Ordinal) ? _dockerfile
        : name == DockerfileDirectory || name == ContextDirectory ? _directory
        : Path.Combine(_directory, name[(ContextDirectory.Length + 1)..]);

    private IEnumerable<(string Name, FileSystemInfo Item, TarEntryType Type)> Items()
    {
        var directory = new DirectoryInfo(_directory);
        yield return (ContextDirectory, directory, TarEntryType.Directory);
        foreach (var item in Items(directory, "", null))
            yield return item;

        // The Dockerfile goes alone into a directory of its own, as it may lie outside the context or be ignored in it.
        yield return (DockerfileDirectory, directory, TarEntryType.Directory);
        var dockerfile = File.ResolveLinkTarget(_dockerfile, returnFinalTarget: true) ?? new FileInfo(_dockerfile);
        yield return ($"{DockerfileDirectory}/{DockerfileName}", dockerfile, TarEntryType.RegularFile);
    }

    /// <summary>
    /// Parents before children, by name, so that the same context gives the same manifest. An ignored directory comes with
    /// what is kept of it.
    /// </summary>
    private IEnumerable<(string Name, FileSystemInfo Item, TarEntryType Type)> Items(DirectoryInfo directory, string prefix, bool[]? matched)
    {
        foreach (var item in directory.EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var path = prefix + item.Name;
            var ignored = _ignore.Ignores(path, matched, out var matches);
            var self = ($"{ContextDirectory}/{path}", item, TarEntryType.Directory);
            if (item is not DirectoryInfo { LinkTarget: null } inner)
            {
                // A socket has no type in a tar stream; BuildKit leaves it out as well.
                if (!ignored && LocalFile.Type(item) is { } type)
                    yield return self with { Item3 = type };
                continue;
            }

            if (!ignored)
                yield return self;
            else if (!_ignore.MayKeepBelow(path))
                continue;
            foreach (var below in Items(inner, path + "/", matches))
            {
                if (ignored)
                    yield return self;
                ignored = false;
                yield return below;
            }
        }
    }

    /// <summary>BuildKit's rule: <c>&lt;Dockerfile&gt;.dockerignore</c> if it exists, otherwise the context's.</summary>
    private static DockerIgnore ReadIgnore(string directory, string dockerfile)
    {
        var file = new[] { dockerfile + ".dockerignore", Path.Combine(directory, ".dockerignore") }.FirstOrDefault(File.Exists);
        if (file is null)
            return DockerIgnore.None;
        try
        {
            return DockerIgnore.Parse(File.ReadAllText(file));
        }
        catch (FormatException e)
        {
            throw new ArchiveException("DockerIgnoreInvalid", ErrorCategory.InvalidData, file, $"{file}:{e.Message}.", e);
        }
    }
}

/// <summary>A file of the context was changed between its reading and its sending.</summary>
internal sealed class ContextChangedException(string path) : IOException($"'{path}' keeps changing while it is read");
