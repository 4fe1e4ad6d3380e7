using System.Formats.Tar;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace DockerArchive.Docker;

/// <summary>A directory of this repository as the build context of an image.</summary>
internal static class DirectoryContext
{
    /// <summary>What stands beside a Dockerfile for people and for compose, and is no input of the image.</summary>
    private static readonly HashSet<string> NotInputs =
        new(StringComparer.OrdinalIgnoreCase) { "README.md", ".env", "ssh" };

    /// <summary>Digest over names, executable bits and contents of all files, and over <paramref name="more"/>.</summary>
    public static string Digest(string directory, IEnumerable<KeyValuePair<string, string>> more)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, path) in Files(directory))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{Mode(path)}\n"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        }

        foreach (var (key, value) in more.OrderBy(p => p.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}={value}\n"));
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <summary>The directory as a tar stream that is written while it is read.</summary>
    public static Stream Open(string directory, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await WriteAsync(directory, pipe.Writer.AsStream(leaveOpen: true), cancellation);
                    await pipe.Writer.CompleteAsync();
                }
                catch (Exception e)
                {
                    await pipe.Writer.CompleteAsync(e);
                }
            },
            CancellationToken.None);
        return pipe.Reader.AsStream();
    }

    private static async Task WriteAsync(string directory, Stream output, CancellationToken cancellation)
    {
        // BuildKit knows a tar stream by an entry within its first kilobyte: no extended header, and a short name first.
        await using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var (name, path) in Files(directory).OrderBy(f => f.Name != "Dockerfile"))
        {
            await using var content = File.OpenRead(path);
            var entry = new GnuTarEntry(TarEntryType.RegularFile, name)
            {
                Mode = Mode(path),
                // A fixed time keeps the engine's own layer cache independent of the checkout.
                ModificationTime = DateTimeOffset.UnixEpoch,
                DataStream = content,
            };
            await tar.WriteEntryAsync(entry, cancellation);
        }
    }

    private static IEnumerable<(string Name, string Path)> Files(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(directory, path).Replace('\\', '/'), Path: path))
            .Where(f => !NotInputs.Contains(f.Name) && !f.Name.StartsWith("docker-compose", StringComparison.Ordinal))
            .OrderBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Windows has no executable bit; a script there is one that starts as scripts do.</summary>
    private static UnixFileMode Mode(string path)
    {
        const UnixFileMode plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows())
            return (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0 ? plain | execute : plain;

        using var file = File.OpenRead(path);
        return file.ReadByte() == '#' && file.ReadByte() == '!' ? plain | execute : plain;
    }
}
