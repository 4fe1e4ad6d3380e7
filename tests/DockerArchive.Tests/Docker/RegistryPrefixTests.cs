using DockerArchive.Docker;

namespace DockerArchive.Tests.Docker;

public class RegistryPrefixTests
{
    [Theory]
    [InlineData("localhost:5000", "ssst0n3/docker_archive:x_v1", "localhost:5000/ssst0n3/docker_archive:x_v1")]
    [InlineData("localhost", "ghcr.io/ctrsploit/x:v1", "localhost/ctrsploit/x:v1")]
    [InlineData("registry:5000/", "ghcr.io/ctrsploit/x:latest", "registry:5000/ctrsploit/x:latest")]
    [InlineData("ghcr.io/me", "ssst0n3/docker_archive:ctr_x", "ghcr.io/me/docker_archive:ctr_x")]
    [InlineData("registry.example.com:443/a/b", "ghcr.io/ctrsploit/x:v1", "registry.example.com:443/a/b/x:v1")]
    [InlineData("docker.io/me", "ghcr.io/ctrsploit/x:v1", "docker.io/me/x:v1")]
    [InlineData("me", "ghcr.io/ctrsploit/x:v1", "docker.io/me/x:v1")]
    [InlineData("127.0.0.1:5000", "x:v1", "127.0.0.1:5000/library/x:v1")]
    public void A_host_keeps_the_namespace_and_a_namespace_takes_its_place(string registry, string image, string expected) =>
        Assert.Equal(expected, RegistryPrefix.Parse(registry).Of(image));

    [Theory]
    [InlineData("https://ghcr.io")]
    [InlineData("ghcr.io/Me")]
    [InlineData("ghcr.io//me")]
    [InlineData("localhost:port")]
    [InlineData("ghcr.io/me:tag")]
    public void What_is_no_registry_is_refused(string text) =>
        Assert.Equal("RegistryInvalid", Assert.Throws<ArchiveException>(() => RegistryPrefix.Parse(text)).ErrorId);
}
