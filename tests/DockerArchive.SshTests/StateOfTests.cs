[assembly: AssemblyFixture(typeof(DockerArchive.SshTests.StateOfTests))]

namespace DockerArchive.SshTests;

/// <summary>A state folder for all tests, in place of the one of the user who runs them.</summary>
public sealed class StateOfTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dockerarchive-state").FullName;

    public StateOfTests() => Environment.SetEnvironmentVariable("XDG_STATE_HOME", _folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
