using DockerArchive.Catalog;
using DockerArchive.Docker;

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
        Assert.Equal("v0.4.0", env.Version.Text);
        Assert.Equal("buildkit v0.4.0", env.Title);
        Assert.Equal("buildkit-0-4-0", env.Project);
        Assert.Equal("ssst0n3/docker_archive:buildkit-v0.4.0_v0.1.0", env.Image);
        Assert.Equal("ssst0n3/docker_archive:ctr_buildkit-v0.4.0_v0.1.0", env.CtrImage);
        Assert.Equal("ssst0n3/docker_archive:buildkit-v0.4.0", env.ImageAlias);
        Assert.Equal("ssst0n3/docker_archive:ctr_buildkit-v0.4.0", env.CtrImageAlias);
        Assert.Equal(4001, env.SshPort);
        Assert.Equal(["4001:22"], env.Ports);
        Assert.Equal(["kvm"], env.Overlays);
        Assert.Null(env.Usage);
    }

    [Fact]
    public void The_successors_image_names_are_understood()
    {
        _root.Write("a/.env", "VERSION=v0.1.0\nIMAGE=buildkit-v0.4.0\n");
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    image: ghcr.io/ctrsploit/${IMAGE}:${VERSION}\n");

        Assert.Equal("ghcr.io/ctrsploit/buildkit-v0.4.0:ctr_v0.1.0", Read("a").CtrImage);
        Assert.Equal("ghcr.io/ctrsploit/buildkit-v0.4.0:latest", Read("a").ImageAlias);
        Assert.Null(Read("a").CtrImageAlias);
    }

    [Theory]
    [InlineData("image: registry:5000/x", "registry:5000/x:ctr_latest", null)]
    [InlineData("image: x:other", "x:ctr_other", null)]
    public void An_image_without_the_version_has_no_alias(string image, string ctr, string? alias)
    {
        _root.Write("a/.env", "VERSION=v0.1.0\n");
        _root.Write("a/docker-compose.yml", $"services:\n  vm:\n    {image}\n");

        Assert.Equal((ctr, alias, alias), (Read("a").CtrImage, Read("a").ImageAlias, Read("a").CtrImageAlias));
    }

    [Fact]
    public void All_ports_and_overlays_are_told()
    {
        _root.Write("a/.env", "IMAGE=a\n");
        _root.Write("a/compose.yml", "services:\n  vm:\n    image: a\n    ports: [\"13222:6443\", \"127.0.0.1:22:22\", \"53/udp\", \"[::1]:1:1\"]\n");
        _root.Write("a/compose.kvm.yml", "services: {}\n");
        _root.Write("a/compose.ghcr-mirror.yml", "services: {}\n");
        _root.Write("a/docker-compose.other.yml", "services: {}\n");

        Assert.Equal(["13222:6443", "127.0.0.1:22:22", "53/udp", "[::1]:1:1"], Read("a").Ports);
        Assert.Equal(["ghcr-mirror", "kvm"], Read("a").Overlays);
    }

    [Theory]
    [InlineData("# t\n## Usage\n\ntext\n\n```shell\n# no heading\n```\n\n### more\nx\n## end\ny\n", "text\n\n```shell\n# no heading\n```\n\n### more\nx")]
    [InlineData("# t\n### usage ##\nx\n# end\n", "x")]
    [InlineData("# t\n## usage\n\n# end\n", null)]
    [InlineData("# t\n##usage\nx\n", null)]
    [InlineData("no headings", null)]
    public void The_usage_is_the_section_of_that_name(string readme, string? usage)
    {
        _root.Write("a/.env", "IMAGE=a\n");
        _root.Write("a/README.md", readme);

        Assert.Equal(usage, Read("a").Usage);
    }

    [Fact]
    public void Versions_sort_and_compare_as_versions()
    {
        string[] sorted = ["v0.9.0", "v0.10.0-rc1", "v0.10.0-rc2", "v0.10.0", "v0.10.0-patched", "v1.32.2/containerd/v2.0.3"];
        var versions = sorted.Select(ArchiveVersion.Parse).ToArray();

        Assert.Equal(sorted, versions.Reverse().Order().Select(v => v.Text));
        Assert.True(versions[0] < versions[3] && versions[3] >= versions[2] && versions[0] != versions[1]);
        Assert.Equal(versions[0], ArchiveVersion.Parse("V0.9.0"));
        Assert.True(versions[0].CompareTo("V0.9.0") == 0 && versions[0].CompareTo("V0.8.0") > 0);
        Assert.Equal(versions[0].GetHashCode(), ArchiveVersion.Parse("V0.9.0").GetHashCode());
        Assert.True(versions[0].CompareTo("v0.10.0") < 0 && versions[0].CompareTo((object?)null) > 0);
    }

    [Fact]
    public void Every_depth_is_searched_but_neither_links_nor_what_begins_with_a_dot()
    {
        _root.Write("kubernetes/v1.32.2/containerd/v2.0.3/a/b/c/d/base/.env", "");
        _root.Write(".git/modules/.env", "");
        _root.Write(".env", "");
        Directory.CreateSymbolicLink(Path.Combine(_root.Path, "kubernetes", "loop"), _root.Path);

        Assert.Equal(["kubernetes/v1.32.2/containerd/v2.0.3/a/b/c/d/base"], ArchiveCatalog.Open([_root.Path]).Names());
    }

    [Fact]
    public void An_overlay_adds_sequences_and_replaces_the_command()
    {
        WriteSeed();
        var service = Assert.Single(ArchiveCatalog.ReadProject(Read("buildkit/v0.4.0"), ["kvm"]).Services);

        Assert.Equal([new ComposeDevice("/dev/kvm", "/dev/kvm", "rwm")], service.Devices);
        Assert.Equal(["/start.sh", "-enable-kvm"], service.Command);
        Assert.Equal([new PortMapping(null, 4001, 22, "tcp")], service.Ports);
        Assert.True(service.Tty);
    }

    [Fact]
    public void An_environment_without_a_compose_file_can_be_listed_but_not_started()
    {
        _root.Write("a/.env", "VERSION=v1\nIMAGE=a\n");

        Assert.Equal("ssst0n3/docker_archive:a_v1", Read("a").Image);
        Assert.Throws<BrokenEnvironmentException>(() => ArchiveCatalog.ReadProject(Read("a"), []));
    }

    [Theory]
    [InlineData("services:\n  vm:\n    image: x\n    volume: y\n", 4, "key 'volume' in service 'vm' is not supported")]
    [InlineData("services:\n  vm:\n    image: x\n    ports: [\"a\"]\n", 4, "no port mapping")]
    [InlineData("services:\n  vm:\n    image: x\n    tty: perhaps\n", 4, "neither true nor false")]
    [InlineData("services:\n  vm: text\n", 2, "must be a mapping")]
    [InlineData("services:\n  vm: {image: x}\nsecrets:\n  a: {}\n", 3, "key 'secrets' at the top level")]
    [InlineData("volumes:\n  a: {}\n", 1, "no services")]
    [InlineData("services:\n  vm: {image: 1}\n", 2, "write it in quotes")]
    [InlineData("services:\n  vm: {tty: true}\n", 2, "neither 'image' nor 'build'")]
    [InlineData("services:\n  vm: {image: x}\n  vm: {image: y}\n", 3, "second time; the first is in line 2")]
    [InlineData("services:\n  vm:\n    image: x\n    networks: [a]\n", 4, "uses network 'a'")]
    [InlineData("services:\n  vm:\n    image: x\n    volumes: [data:/a]\n", 4, "uses volume 'data'")]
    [InlineData("services:\n  vm:\n    image: x\n    depends_on: [a]\n", 4, "depends on 'a'")]
    [InlineData("services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n", 2, "a -> b -> a")]
    [InlineData("services:\n  a: {extends: b}\n  b: {extends: {service: a}}\n", 3, "extends itself: a -> b -> a")]
    [InlineData("services:\n  vm:\n    extends: {service: a, file: b.yml}\n", 3, "does not exist")]
    [InlineData("services:\n  vm:\n    image: x\n    security_opt: [a, b, a]\n", 4, "'a' is in the list twice")]
    [InlineData("services:\n  vm:\n    image: x\n    healthcheck:\n      interval: 1x\n", 5, "no duration")]
    [InlineData("services:\n  vm:\n    image: x\n    healthcheck: {test: [a]}\n", 4, "CMD-SHELL")]
    [InlineData("services:\n  vm:\n    image: x\n    restart: sometimes\n", 4, "no restart policy")]
    [InlineData("services:\n  vm:\n    image: *x\n", 3, "anchor")]
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
        var file = _root.Write("a/.env", "VERSION=v1\nwhat is it\n");

        var error = Assert.Throws<BrokenEnvironmentException>(() => Read("a"));
        Assert.Equal((file, 2L), (error.File, error.Line));
    }

    [Fact]
    public void Environment_variables_have_both_of_composes_forms()
    {
        _root.Write("a/.env", "VERSION=v1\nIMAGE=a\nFROM_ENV=seen\n");
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    image: x\n    environment: [A=1, FROM_ENV, B=x=y]\n");
        var list = Assert.Single(ArchiveCatalog.ReadProject(Read("a"), []).Services).Environment;
        _root.Write("a/docker-compose.yml", "services:\n  vm:\n    image: x\n    environment: {A: 1, FROM_ENV: , B: x=y}\n");
        var mapping = Assert.Single(ArchiveCatalog.ReadProject(Read("a"), []).Services).Environment;

        Assert.Equal(new Dictionary<string, string?> { ["A"] = "1", ["FROM_ENV"] = "seen", ["B"] = "x=y" }, list);
        Assert.Equal(list, mapping);
    }

    [Fact]
    public void What_changes_in_a_file_an_extended_file_or_a_variable_is_seen_at_the_next_reading()
    {
        var variable = $"DOCKERARCHIVE_TEST_{Guid.NewGuid():N}";
        _root.Write("a/.env", "IMAGE=one\n");
        _root.Write("a/docker-compose.yml", $"services:\n  vm: {{image: '${{IMAGE}}:${{{variable}:-none}}'}}\n");
        Assert.Equal("one:none", Read("a").Image);
        _root.Write("a/.env", "IMAGE=two\n");
        Assert.Equal("two:none", Read("a").Image);
        Environment.SetEnvironmentVariable(variable, "set");
        try
        {
            Assert.Equal("two:set", Read("a").Image);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        _root.Write("base.yml", "services:\n  vm: {image: three}\n");
        _root.Write("a/docker-compose.yml", "services:\n  vm: {extends: {service: vm, file: ../base.yml}}\n");
        Assert.Equal("three", Read("a").Image);
        _root.Write("base.yml", "services:\n  vm: {image: fours}\n");
        Assert.Equal("fours", Read("a").Image);
        _root.Write("a/docker-compose.x-mirror.yml", "services: {vm: {image: mirror}}\n");
        Assert.Equal(["x-mirror"], Read("a").Overlays);
    }

    [Fact]
    public void A_cluster_has_all_its_machines_and_a_broken_overlay_breaks_only_what_uses_it()
    {
        _root.Write("k/.env", "IMAGE=k\nCOMPOSE_PROJECT_NAME=k8s\n");
        _root.Write(
            "k/docker-compose.yml",
            "services:\n  worker: {image: w, ports: ['2:22'], depends_on: [master]}\n  master: {image: m, ports: ['1:22', '6443:6443']}\n");
        var overlay = _root.Write("k/docker-compose.kvm.yml", "services:\n  master:\n    device: [/dev/kvm]\n");
        var env = Read("k");

        Assert.Equal(("m", 1), (env.Image, env.SshPort));
        Assert.Equal(["1:22", "6443:6443", "2:22"], env.Ports);
        Assert.Equal(["master", "worker"], ArchiveCatalog.ReadProject(env, []).Services.Select(s => s.Name));
        var error = Assert.Throws<BrokenEnvironmentException>(() => ArchiveCatalog.ReadProject(env, ["kvm"]));
        Assert.Equal((overlay, 3L), (error.File, error.Line));
        Assert.Contains("key 'device' in service 'master'", error.Message, StringComparison.Ordinal);
    }
}
