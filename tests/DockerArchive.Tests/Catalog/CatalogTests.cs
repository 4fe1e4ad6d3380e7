using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public sealed class CatalogTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private ArchiveEnv Read(string name) => ArchiveCatalog.Read(name, Path.Combine(_root.Path, name));

    private void WriteSeed()
    {
        _root.Write("buildkit/v0.4.0/.env", "VERSION=v0.1.0\nIMAGE=buildkit-v0.4.0\nCOMPOSE_PROJECT_NAME=buildkit-0-4-0\n");
        _root.Write("buildkit/v0.4.0/README.md", "# buildkit v0.4.0\n\ntext\n");
        _root.Write(
            "buildkit/v0.4.0/docker-compose.yml",
            "services:\n  vm:\n    image: ssst0n3/docker_archive:${IMAGE}_${VERSION}\n    ports:\n      - \"4001:22\"\n    tty: true\n");
        _root.Write(
            "buildkit/v0.4.0/docker-compose.kvm.yml",
            "services:\n  vm:\n    devices: [\"/dev/kvm:/dev/kvm\"]\n    command: /start.sh -enable-kvm\n");
    }

    [Fact]
    public void The_seeds_environment_is_read_whole()
    {
        WriteSeed();
        var env = Read("buildkit/v0.4.0");

        Assert.Equal("buildkit", env.Group);
        Assert.Equal("v0.4.0", env.Version);
        Assert.Equal("buildkit v0.4.0", env.Title);
        Assert.Equal("buildkit-0-4-0", env.Project);
        Assert.Equal("ssst0n3/docker_archive:buildkit-v0.4.0_v0.1.0", env.Image);
        Assert.Equal("ssst0n3/docker_archive:ctr_buildkit-v0.4.0_v0.1.0", env.CtrImage);
        Assert.Equal(4001, env.SshPort);
    }

    [Fact]
    public void The_successors_image_names_are_understood()
    {
        _root.Write("a/.env", "VERSION=v0.1.0\nIMAGE=buildkit-v0.4.0\n");
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    image: ghcr.io/ctrsploit/${IMAGE}:${VERSION}\n");

        Assert.Equal("ghcr.io/ctrsploit/buildkit-v0.4.0:ctr_v0.1.0", Read("a").CtrImage);
    }

    [Fact]
    public void An_overlay_adds_sequences_and_replaces_the_command()
    {
        WriteSeed();
        var service = ArchiveCatalog.ReadService(Read("buildkit/v0.4.0"), ["kvm"]);

        Assert.Equal(["/dev/kvm:/dev/kvm"], service.Devices);
        Assert.Equal(["/start.sh", "-enable-kvm"], service.Command);
        Assert.Equal([new PortMapping(null, 4001, 22, "tcp")], service.Ports);
        Assert.True(service.Tty);
    }

    [Fact]
    public void An_environment_without_a_compose_file_can_be_listed_but_not_started()
    {
        _root.Write("a/.env", "VERSION=v1\nIMAGE=a\n");

        Assert.Equal("ssst0n3/docker_archive:a_v1", Read("a").Image);
        Assert.Throws<BrokenEnvironmentException>(() => ArchiveCatalog.ReadService(Read("a"), []));
    }

    [Theory]
    [InlineData("services:\n  vm:\n    image: x\n    volume: y\n", 4, "key 'volume' in service 'vm' is not supported")]
    [InlineData("services:\n  vm:\n    image: x\n    ports: [\"a\"]\n", 4, "no port mapping")]
    [InlineData("services:\n  vm:\n    image: x\n    tty: perhaps\n", 4, "neither true nor false")]
    [InlineData("services:\n  vm: text\n", 2, "must be a mapping")]
    [InlineData("volumes:\n  a: {}\n", 1, "key 'volumes' at the top level")]
    [InlineData("services:\n  vm:\n    image: ${X:?set X}\n", 3, "set X")]
    [InlineData("services: [\n", 2, "")]
    public void A_broken_compose_file_is_named_with_line_and_reason(string text, long line, string reason)
    {
        _root.Write("a/.env", "VERSION=v1\nIMAGE=a\n");
        var file = _root.Write("a/docker-compose.yml", text);

        var error = Assert.Throws<BrokenEnvironmentException>(() => Read("a"));
        Assert.Equal(file, error.File);
        Assert.Equal(line, error.Line);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_env_file_is_named_with_its_line()
    {
        var file = _root.Write("a/.env", "VERSION=v1\nwhat\n");

        var error = Assert.Throws<BrokenEnvironmentException>(() => Read("a"));
        Assert.Equal((file, 2L), (error.File, error.Line));
    }

    [Fact]
    public void Environment_variables_have_both_of_composes_forms()
    {
        _root.Write("a/.env", "VERSION=v1\nIMAGE=a\nFROM_ENV=seen\n");
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    environment: [A=1, FROM_ENV, B=x=y]\n");
        var list = ArchiveCatalog.ReadService(Read("a"), []).Environment;
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    environment: {A: 1, FROM_ENV: , B: x=y}\n");
        var mapping = ArchiveCatalog.ReadService(Read("a"), []).Environment;

        Assert.Equal(new Dictionary<string, string?> { ["A"] = "1", ["FROM_ENV"] = "seen", ["B"] = "x=y" }, list);
        Assert.Equal(list, mapping);
    }
}
