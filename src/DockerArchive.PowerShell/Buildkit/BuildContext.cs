using System.Formats.Tar;
using System.Management.Automation;

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

    /// <summary>Writes both directories as one tar stream.</summary>
    /// <param name="output">Receives the tar stream.</param>
    /// <param name="sent">Receives the number of content bytes written so far.</param>
    /// <param name="cancellation">Ends the writing between entries and within files.</param>
    public async Task WriteTarAsync(Stream output, Action<long> sent, CancellationToken cancellation)
    {
        long bytes = 0;
        await using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        await tar.WriteEntryAsync(_directory, ContextDirectory, cancellation);
        foreach (var (name, item) in Items(new DirectoryInfo(_directory), ""))
            await WriteAsync($"{ContextDirectory}/{name}", item);

        // The Dockerfile goes alone into a directory of its own, as it may lie outside the context or be ignored in it.
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, DockerfileDirectory), cancellation);
        var dockerfile = File.ResolveLinkTarget(_dockerfile, returnFinalTarget: true) ?? new FileInfo(_dockerfile);
        await WriteAsync($"{DockerfileDirectory}/{DockerfileName}", dockerfile);

        async Task WriteAsync(string name, FileSystemInfo item)
        {
            try
            {
                await tar.WriteEntryAsync(item.FullName, name, cancellation);
            }
            catch (IOException) when (item is FileInfo { Exists: true, Length: 0 })
            {
                // A socket, which no tar stream can hold; BuildKit leaves it out as well.
                return;
            }

            bytes += item is FileInfo { LinkTarget: null } file ? file.Length : 0;
            sent(bytes);
        }
    }

    /// <summary>Parents before children, by name, so that the same context gives the same stream.</summary>
    private IEnumerable<(string Name, FileSystemInfo Item)> Items(DirectoryInfo directory, string prefix)
    {
        foreach (var item in directory.EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var name = prefix + item.Name;
            var ignored = _ignore.Ignores(name);
            if (!ignored)
                yield return (name, item);
            if (item is DirectoryInfo { LinkTarget: null } inner && (!ignored || _ignore.HasExceptions))
            {
                foreach (var below in Items(inner, name + "/"))
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
