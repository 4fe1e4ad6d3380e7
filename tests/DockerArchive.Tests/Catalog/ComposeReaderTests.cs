using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Tests.Catalog;

public sealed class ComposeReaderTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private ComposeProject Read(params string[] texts)
    {
        var files = texts.Select((text, i) => _root.Write($"env/compose.{i}.yml", text)).ToArray();
        return ComposeReader.Read(new ComposeSource
        {
            Project = "p",
            Directory = Path.Combine(_root.Path, "env"),
            Files = files,
            Lookup = name => name == "A" ? "1" : null,
        });
    }

    [Fact]
    public void Several_files_merge_by_composes_rules()
    {
        var vm = Assert.Single(Read(
            """
            services:
              vm:
                image: a
                command: one two
                ports: ["4001:22", "80:80"]
                environment: {X: 1.50, Y: yes}
                cap_add: [A]
                healthcheck: {test: one, retries: 3}
                depends_on: []
            """,
            """
            services:
              vm:
                image: b
                command: [three]
                ports: ["80:80", "81:81"]
                environment: [X=2, Z]
                cap_add: [A, B]
                healthcheck: {test: [CMD, two]}
            """).Services);

        Assert.Equal("b", vm.Image);
        Assert.Equal(["three"], vm.Command);
        Assert.Equal("4001:22 80:80 81:81", string.Join(' ', vm.Ports));
        Assert.Equal("X=2 Y=yes Z=", string.Join(' ', vm.Environment.Select(e => $"{e.Key}={e.Value}")));
        Assert.Equal(["A", "B"], vm.CapAdd);
        Assert.Equal(["CMD", "two"], vm.Healthcheck!.Test);
        Assert.Equal(3, vm.Healthcheck.Retries);
    }

    [Fact]
    public void Reset_takes_away_and_override_replaces()
    {
        var vm = Assert.Single(Read(
            "services:\n  vm: {image: a, ports: ['1:1'], devices: [a], environment: {A: 1}, hostname: h}\n",
            "services:\n  vm: {ports: !override ['2:2'], devices: !reset [], environment: !reset {}, hostname: !reset null}\n").Services);

        Assert.Equal("2:2", string.Join(' ', vm.Ports));
        Assert.Empty(vm.Devices);
        Assert.Empty(vm.Environment);
        Assert.Null(vm.Hostname);
    }

    [Fact]
    public void A_service_takes_over_what_it_extends_with_paths_from_where_they_were_written()
    {
        _root.Write("common/base.yml",
            "services:\n  base:\n    extends: {service: root, file: ../root.yml}\n    volumes: ['./data:/data']\n    ports: ['1:1']\n");
        _root.Write("root.yml", "services:\n  root: {image: i, tty: true, build: {context: ctx}}\n");
        var services = Read(
            """
            services:
              worker: {extends: master, hostname: w}
              master:
                extends: {service: base, file: ../common/base.yml}
                ports: !override ['2:2']
                volumes: ['./own:/own']
            """).Services;

        Assert.Equal(["master", "worker"], services.Select(s => s.Name));
        var worker = services[1];
        Assert.Equal(("i", "w", true), (worker.Image, worker.Hostname, worker.Tty));
        Assert.Equal("2:2", string.Join(' ', worker.Ports));
        Assert.Equal(Path.Combine(_root.Path, "ctx"), worker.Build!.Context);
        Assert.Equal(
            [Path.Combine(_root.Path, "common", "data"), Path.Combine(_root.Path, "env", "own")],
            worker.Mounts.Select(m => m.Source));
    }

    [Fact]
    public void Anchors_and_merge_keys_are_yamls_own()
    {
        var services = Read(
            """
            x-base: &base
              image: i
              tty: true
            services:
              a: {<<: *base, tty: false}
              b: *base
            """).Services;

        Assert.Equal([("i", false), ("i", true)], services.Select(s => (s.Image, s.Tty)));
    }

    [Fact]
    public void A_name_is_the_files_or_the_directorys()
    {
        string NameOf(string text) => ComposeReader.Read(new ComposeSource
        {
            Directory = Path.Combine(_root.Path, "_My.Env"),
            Files = [_root.Write("_My.Env/compose.yml", text)],
            Lookup = name => name == "A" ? "1" : null,
        }).Name;

        Assert.Equal("myenv", NameOf("services: {vm: {image: i}}"));
        Assert.Equal("x1", NameOf("name: X${A}\nservices: {vm: {image: i}}"));
        Assert.Equal("n", NameOf("name: n\nservices: {vm: {image: i}}"));
    }

    [Fact]
    public void Only_networks_and_volumes_in_use_are_the_projects()
    {
        var project = Read(
            """
            services:
              vm:
                image: ${COMPOSE_PROJECT_NAME}
                networks: {b: {priority: 1}, a: {aliases: [x], ipv4_address: 10.9.0.4}}
                volumes: [data:/data, /anonymous]
            networks:
              a: {ipam: {config: [{subnet: 10.9.0.0/24}]}}
              b: {external: true, name: outside}
              c: {}
            volumes: {data: , more: }
            """);

        Assert.Equal("p", project.Services[0].Image);
        Assert.Equal(["b", "a"], project.Services[0].Networks.Keys);
        Assert.Equal(["p_a", "outside"], project.Networks.Values.Select(n => n.Name));
        Assert.Equal("p_data", Assert.Single(project.Volumes).Value.Name);
    }
}
