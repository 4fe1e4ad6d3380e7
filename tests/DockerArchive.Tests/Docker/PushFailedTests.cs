using DockerArchive.Docker;

namespace DockerArchive.Tests.Docker;

public class PushFailedTests
{
    /// <summary>What engines of 20.10 to 28 say of Debian's docker-registry, Docker Hub and GHCR.</summary>
    [Theory]
    [InlineData("denied: requested access to the resource is denied", "PushDenied", false)]
    [InlineData("unauthorized: authentication required", "PushDenied", false)]
    [InlineData("no basic auth credentials", "PushDenied", false)]
    [InlineData("unauthenticated: User cannot be authenticated with the token provided. (403 Forbidden)", "PushDenied", false)]
    [InlineData("Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", "RegistryUnavailable", true)]
    [InlineData("Get \"https://x.invalid/v2/\": dial tcp: lookup x.invalid on 10.0.0.2:53: no such host", "RegistryUnavailable", false)]
    [InlineData("Get \"https://x/v2/\": net/http: TLS handshake timeout", "RegistryUnavailable", true)]
    [InlineData("Patch \"https://x/v2/y/blobs/uploads/1\": EOF", "RegistryUnavailable", true)]
    [InlineData("Get \"https://10.0.0.1/v2/\": http: server gave HTTP response to HTTPS client", "RegistryUnavailable", false)]
    [InlineData("Get \"https://x/v2/\": x509: certificate signed by unknown authority", "RegistryUnavailable", false)]
    [InlineData("received unexpected HTTP status: 503 Service Unavailable", "RegistryRefused", true)]
    [InlineData("toomanyrequests: You have reached your rate limit.", "RegistryRefused", true)]
    [InlineData("manifest invalid: manifest invalid", "RegistryRefused", false)]
    public void The_words_of_an_engine_tell_the_remedy_and_whether_to_try_again(string words, string id, bool isTransient)
    {
        var failure = new PushFailedException("buildkit/v0.4.0", "ssst0n3/docker_archive:x", words, hasLogin: false);

        Assert.Equal((id, isTransient, "docker.io"), (failure.ErrorId, failure.IsTransient, failure.Registry));
        Assert.Contains("'ssst0n3/docker_archive:x' of environment 'buildkit/v0.4.0'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words.TrimEnd('.'), failure.Message, StringComparison.Ordinal);
        Assert.Equal(id == "PushDenied", failure.Message.EndsWith("docker login docker.io", StringComparison.Ordinal));
    }
}
