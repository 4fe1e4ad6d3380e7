namespace DockerArchive.Host;

/// <summary>Finds the module this console is for.</summary>
internal static class ModuleLocator
{
    public const string OverrideVariable = "DOCKERARCHIVE_MODULE";
    private const string ManifestName = "DockerArchive.psd1";

    /// <exception cref="FileNotFoundException">There is none; the message says where it was looked for.</exception>
    public static string Find() => Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(OverrideVariable));

    internal static string Find(string start, string? overridden)
    {
        if (!string.IsNullOrEmpty(overridden))
            return FromOverride(Path.GetFullPath(overridden));

        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var manifest = Path.Combine(directory.FullName, ManifestName);
            if (File.Exists(manifest))
                return manifest;
        }

        throw new FileNotFoundException(
            $"{ManifestName} is neither in '{start}' nor in any directory above it. Run pwsh-host from the out/host of "
                + $"a checkout, or set {OverrideVariable} to the path of the manifest.");
    }

    private static string FromOverride(string path)
    {
        if (File.Exists(path))
            return path;

        var manifest = Path.Combine(path, ManifestName);
        return File.Exists(manifest)
            ? manifest
            : throw new FileNotFoundException(
                $"{OverrideVariable} names '{path}', which is neither a file nor a directory with a {ManifestName}.");
    }
}
