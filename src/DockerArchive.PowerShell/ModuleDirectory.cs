namespace DockerArchive;

/// <summary>Where the module lives: the directory that has the manifest, one above the assemblies.</summary>
internal static class ModuleDirectory
{
    public static string Path { get; } = System.IO.Path.GetFullPath(
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(ModuleDirectory).Assembly.Location)!, ".."));
}
