using DockerArchive.Docker;

namespace DockerArchive.Tests.Docker;

public class DockerEndpointTests
{
    [Theory]
    [InlineData("unix:///run/user/1000/docker.sock", "unix:///run/user/1000/docker.sock")]
    [InlineData("npipe:////./pipe/docker_engine", "npipe://./pipe/docker_engine")]
    [InlineData("npipe://./pipe/docker_engine", "npipe://./pipe/docker_engine")]
    [InlineData("tcp://engine", "tcp://engine:2375")]
    [InlineData("tcp://engine:4243/", "tcp://engine:4243")]
    [InlineData("tcp://[::1]:2375", "tcp://[::1]:2375")]
    [InlineData("http://engine:80", "tcp://engine:80")]
    [InlineData("https://engine", "tcp://engine:2376")]
    [InlineData("ssh://me@engine", "ssh://me@engine")]
    [InlineData("ssh://engine:2222", "ssh://engine:2222")]
    public void A_url_names_an_engine(string url, string address)
    {
        var endpoint = DockerEndpoint.Resolve(url, Nothing);

        Assert.Equal(address, $"{endpoint}");
        Assert.Equal(url, endpoint.Name);
    }

    [Theory]
    [InlineData("ftp://engine")]
    [InlineData("unix://relative/docker.sock")]
    [InlineData("unix://")]
    [InlineData("npipe://docker_engine")]
    [InlineData("tcp://")]
    [InlineData("ssh://")]
    [InlineData("tcp://engine:port")]
    public void What_is_no_engine_is_named_in_the_error(string url)
    {
        var e = Assert.Throws<ArchiveException>(() => DockerEndpoint.Resolve(url, Nothing));

        Assert.Equal("DockerHostInvalid", e.ErrorId);
        Assert.Contains(url, e.Message, StringComparison.Ordinal);
        Assert.Contains("ssh://user@host", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_a_url_is_refused_and_not_repeated()
    {
        var e = Assert.Throws<ArchiveException>(() => DockerEndpoint.Resolve("ssh://me:secret@engine", Nothing));

        Assert.Equal("DockerHostInvalid", e.ErrorId);
        Assert.DoesNotContain("secret", $"{e.Message}{e.Target}", StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_has_proved_itself_is_trusted()
    {
        using var files = new TemporaryDirectory();
        Assert.True(DockerEndpoint.Resolve("unix:///docker.sock", Nothing).IsTrusted);
        Assert.True(DockerEndpoint.Resolve("ssh://engine", Nothing).IsTrusted);
        Assert.True(DockerEndpoint.Resolve("tcp://127.0.0.1:2375", Nothing).IsTrusted);
        Assert.False(DockerEndpoint.Resolve("tcp://engine:2375", Nothing).IsTrusted);
        Assert.True(DockerEndpoint.Resolve("tcp://engine", Of(("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", files.Path))).IsTrusted);
        Assert.False(DockerEndpoint.Resolve("tcp://engine", Of(("DOCKER_TLS", "1"), ("DOCKER_CERT_PATH", files.Path))).IsTrusted);
    }

    [Fact]
    public void Tls_has_the_files_of_docker_cert_path_and_a_port_of_its_own()
    {
        using var files = new TemporaryDirectory();
        File.WriteAllText(Path.Join(files.Path, "ca.pem"), "");

        var endpoint = DockerEndpoint.Resolve(null, Of(("DOCKER_HOST", "engine"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", files.Path)));

        Assert.Equal("tcp://engine:2376", $"{endpoint}");
        Assert.Equal(new DockerTls(Path.Join(files.Path, "ca.pem"), null, null, Verify: true), endpoint.Tls);
    }

    [Fact]
    public void What_is_named_comes_before_the_variables_and_those_before_the_configuration()
    {
        using var configuration = new TemporaryDirectory();
        File.WriteAllText(Path.Join(configuration.Path, "config.json"), """{"currentContext": "gone"}""");
        var all = Of(("DOCKER_CONFIG", configuration.Path), ("DOCKER_HOST", "tcp://variable:1"), ("DOCKER_CONTEXT", "absent"));

        Assert.Equal("tcp://named:1", $"{DockerEndpoint.Resolve("tcp://named:1", all)}");
        Assert.Equal("tcp://variable:1", $"{DockerEndpoint.Resolve(null, all)}");
        Assert.Equal("tcp://variable:1", $"{DockerEndpoint.Resolve("default", all)}");
        Assert.Equal("absent", NotFound(Of(("DOCKER_CONFIG", configuration.Path), ("DOCKER_CONTEXT", "absent"))).Target);
        Assert.Equal("gone", NotFound(Of(("DOCKER_CONFIG", configuration.Path))).Target);
        Assert.True(DockerEndpoint.Resolve("default", Of(("DOCKER_CONFIG", configuration.Path))).IsLocal);
        Assert.True(DockerEndpoint.Resolve(null, Of(("DOCKER_CONFIG", configuration.Path), ("DOCKER_CONTEXT", "default"))).IsLocal);

        static ArchiveException NotFound(Func<string, string?> variable)
        {
            var e = Assert.Throws<ArchiveException>(() => DockerEndpoint.Resolve(null, variable));
            Assert.Equal("DockerContextNotFound", e.ErrorId);
            return e;
        }
    }

    [Fact]
    public void A_damaged_configuration_is_named()
    {
        using var configuration = new TemporaryDirectory();
        var file = Path.Join(configuration.Path, "config.json");
        File.WriteAllText(file, "{");

        var e = Assert.Throws<ArchiveException>(() => DockerEndpoint.Resolve(null, Of(("DOCKER_CONFIG", configuration.Path))));

        Assert.Equal("DockerHostInvalid", e.ErrorId);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssh://me@engine:2222", "-l me -p 2222 -- engine docker system dial-stdio")]
    [InlineData("ssh://engine", "-- engine docker system dial-stdio")]
    [InlineData("ssh://engine/run/a%20b.sock", "-- engine docker --host 'unix:///run/a b.sock' system dial-stdio")]
    public void Ssh_is_called_as_docker_calls_it(string url, string words) =>
        Assert.EndsWith(words, string.Join(' ', SshStream.Arguments(new Uri(url))), StringComparison.Ordinal);

    private static string? Nothing(string name) => name == "DOCKER_CONFIG" ? "/nonexistent" : null;

    private static Func<string, string?> Of(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(v => v.Name == name).Value ?? Nothing(name);
}
