[assembly: AssemblyFixture(typeof(DockerArchive.SshTests.SshdRoot))]

namespace DockerArchive.SshTests;

/// <summary>Where the module finds the environments of all <see cref="SshdContainer"/>s: the variable is the process's.</summary>
public sealed class SshdRoot : IDisposable
{
    public SshdRoot() => Environment.SetEnvironmentVariable("DOCKERARCHIVE_ROOT", Path);

    /// <summary>The directory.</summary>
    public static string Path { get; } = Directory.CreateTempSubdirectory("dockerarchive-root").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
