using DockerArchive.Docker;

namespace DockerArchive.Tests.Docker;

public class ImageReferenceTests
{
    [Theory]
    [InlineData("ubuntu", "https://registry-1.docker.io/v2/", "library/ubuntu", "latest")]
    [InlineData("ssst0n3/docker_archive:ctr_buildkit-v0.4.0_v0.1.0", "https://registry-1.docker.io/v2/", "ssst0n3/docker_archive", "ctr_buildkit-v0.4.0_v0.1.0")]
    [InlineData("docker.io/ssst0n3/docker_archive:x", "https://registry-1.docker.io/v2/", "ssst0n3/docker_archive", "x")]
    [InlineData("ghcr.io/ctrsploit/buildkit-v0.4.0:v0.1.0", "https://ghcr.io/v2/", "ctrsploit/buildkit-v0.4.0", "v0.1.0")]
    [InlineData("localhost:5000/archive/vm:v1", "http://localhost:5000/v2/", "archive/vm", "v1")]
    [InlineData("127.0.0.1:5000/vm", "http://127.0.0.1:5000/v2/", "vm", "latest")]
    [InlineData("registry:5000/vm:v1", "https://registry:5000/v2/", "vm", "v1")]
    [InlineData("ghcr.io/a/b:v1@sha256:0123", "https://ghcr.io/v2/", "a/b", "sha256:0123")]
    public void A_name_leads_to_a_registry(string name, string api, string repository, string tag)
    {
        var image = ImageReference.Parse(name);

        Assert.Equal((api, repository, tag), ($"{image.Api}", image.Repository, image.Tag));
    }

    [Fact]
    public void Logins_for_Docker_Hub_stand_under_its_old_address()
    {
        Assert.Equal("https://index.docker.io/v1/", ImageReference.Parse("ubuntu").CredentialKeys[0]);
        Assert.Equal("ghcr.io", ImageReference.Parse("ghcr.io/a/b").CredentialKeys[0]);
    }
}
