namespace DockerArchive.SshTests;

public sealed class InvokeArchiveCommandTests(SshdContainer container) : IClassFixture<SshdContainer>
{
    [Fact]
    public void TheEnvironmentRuns() => Assert.Equal("SshReady", container.Instance.Properties["State"].Value.ToString());
}
