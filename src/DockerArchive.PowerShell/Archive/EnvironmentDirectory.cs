namespace DockerArchive.Archive;

/// <summary>Writes an environment's directory whole or not at all.</summary>
internal static class EnvironmentDirectory
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>
    /// Writes the files beside <paramref name="directory"/> and then puts them in its place. What the directory has besides
    /// stays, as does its README.md: people write into it what they saw.
    /// </summary>
    /// <param name="directory">Full path; may exist.</param>
    /// <param name="files">Names and texts.</param>
    /// <param name="whenInPlace">What else belongs to it; if it fails, the directory is as it was.</param>
    public static void Write(string directory, IReadOnlyDictionary<string, string> files, Action whenInPlace)
    {
        var parent = Path.GetDirectoryName(directory)!;
        Directory.CreateDirectory(parent);

        // The catalogue does not search what begins with a dot.
        var id = Guid.NewGuid().ToString("n")[..8];
        var fresh = Path.Combine(parent, $".{Path.GetFileName(directory)}.{id}.new");
        var old = Path.Combine(parent, $".{Path.GetFileName(directory)}.{id}.old");
        try
        {
            Directory.CreateDirectory(fresh);
            var exists = Directory.Exists(directory);
            if (exists)
                CopyTree(directory, fresh);
            foreach (var (name, text) in files)
            {
                if (name != "README.md" || !File.Exists(Path.Combine(fresh, name)))
                    WriteFile(Path.Combine(fresh, name), text);
            }

            if (exists)
                Directory.Move(directory, old);
            try
            {
                Directory.Move(fresh, directory);
                whenInPlace();
            }
            catch
            {
                if (Directory.Exists(directory))
                    Directory.Delete(directory, recursive: true);
                if (exists)
                    Directory.Move(old, directory);
                throw;
            }
        }
        finally
        {
            foreach (var left in new[] { fresh, old }.Where(Directory.Exists))
                Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>A script can be run, however the templates came here: not every way of installing a module keeps modes.</summary>
    private static void WriteFile(string path, string text)
    {
        File.Delete(path);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows() && text.StartsWith("#!", StringComparison.Ordinal))
            File.SetUnixFileMode(path, Executable);
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var item in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, item.Name);
            if (item.LinkTarget is { } link)
                File.CreateSymbolicLink(target, link);
            else if (item is FileInfo file)
                file.CopyTo(target);
            else
                CopyTree(item.FullName, Directory.CreateDirectory(target).FullName);
        }
    }
}
