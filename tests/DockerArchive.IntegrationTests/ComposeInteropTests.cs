using System.Text.Json.Nodes;
using DockerArchive.Tests;

namespace DockerArchive.IntegrationTests;

/// <summary>What the module makes is what <c>docker compose</c> makes of the same files, and each works on what the other made.</summary>
public sealed class ComposeInteropTests : IDisposable
{
    private const string Image = "debian:bookworm-slim";
    private const string ChosenSubnet = "10.231.7.0/24";

    private readonly ModuleRunspace _module = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _project = $"da-{Guid.NewGuid():N}"[..12];

    private string Environment => Path.Combine(_root, "x");

    public void Dispose()
    {
        _module.Run($"Remove-ArchiveEnv x -Root '{_root}' -Force -ErrorAction Ignore");
        if (Directory.Exists(Environment))
            Compose("down", "--volumes", "--timeout", "0");
        _module.Dispose();
        Directory.Delete(_root, recursive: true);
        Assert.Equal("", Cli.Remains(_project));
    }

    /// <summary>Services, and what stands beside them at the top of the file.</summary>
    public static TheoryData<string, string> Forms { get; } = new()
    {
        { "tty: true\n    stdin_open: true\n    hostname: guest\n    environment: {A: 1.50, B: 'x=y', PATH: , C: }", "" },
        { "devices: ['/dev/null:/dev/x', /dev/zero]\n    cap_add: [NET_ADMIN]\n    security_opt: ['seccomp=unconfined', 'systempaths=unconfined']", "" },
        { "restart: on-failure:3\n    entrypoint: [/bin/sh, -c]\n    command: ['sleep 600']", "" },
        { "restart: 'no'\n    healthcheck: {test: 'true', interval: 90s, timeout: 1.5s, retries: 3, start_period: 1m}", "" },
        { "restart: always\n    healthcheck: {disable: true}\n    security_opt: ['seccomp=profile.json']", "" },
        { "ports: ['127.0.0.1:0:22', '127.0.0.1::80/udp', '127.0.0.1:23450-23460:81', '127.0.0.1:23461-23462:82-83']", "" },
        {
            "volumes: ['./a:/a:ro', 'data:/data', 'bound:/bound', /anonymous, {type: tmpfs, target: /t, tmpfs: {size: 1m}}, {type: bind, source: ., target: /here}]",
            "volumes: {data: {labels: {a: b}}, bound: {driver: local, driver_opts: {type: none, o: bind, device: .}}}"
        },
        {
            "networks: {front: {aliases: [one, two], ipv4_address: 10.231.7.5, priority: 2}, back: {aliases: [three]}, default: }",
            "networks: {front: {driver: bridge, ipam: {config: [{subnet: " + ChosenSubnet + "}]}, labels: {a: b}}, back: {internal: true, attachable: true}}"
        },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Containers_networks_and_volumes_are_those_of_compose(string service, string more)
    {
        Write(service, more);
        Compose("up", "--detach");
        var theirs = Inspect();
        Compose("down", "--volumes", "--timeout", "0");

        Start();
        var ours = Inspect();

        var difference = JsonDifference.Find("", theirs, ours);
        Assert.True(difference is null, difference);
        Assert.Equal(2, ours["containers"]!.AsArray().Count);
    }

    [Fact]
    public void Compose_leaves_what_the_module_started_alone_and_works_on_it()
    {
        Write("command: sh -c 'echo from-the-log; exec sleep 600'", "");
        Start();
        var ids = Ids("ps", "--no-trunc");
        Assert.Equal(2, ids.Length);

        Compose("up", "--detach");
        Assert.Equal(ids, Ids("ps", "--no-trunc"));
        Assert.Contains($"{_project}-vm-1", Compose("ps"), StringComparison.Ordinal);
        Assert.Contains("from-the-log", Compose("logs"), StringComparison.Ordinal);
        Compose("stop", "--timeout", "0");
        Assert.Contains("Exited", Compose("ps", "--all"), StringComparison.Ordinal);
        Compose("down");
        Assert.Equal("", Cli.Remains(_project));
    }

    [Fact]
    public void The_module_sees_stops_and_removes_what_compose_started()
    {
        Write("tty: true", "");
        Compose("up", "--detach");

        var env = Assert.Single(RunningEnvironment.Succeeded(_module.Run($"Get-ArchiveEnv x -Root '{_root}' -Running")));
        Assert.Equal("Running", env.Properties["State"].Value.ToString());
        var ids = Ids("ps", "--no-trunc");
        var started = Assert.Single(Start());
        Assert.Contains((string)started.Properties["ContainerId"].Value, ids);
        Assert.Equal(ids, Ids("ps", "--no-trunc"));
        RunningEnvironment.Succeeded(_module.Run($"Stop-ArchiveEnv x -Root '{_root}' -TimeoutSec 0"));
        Assert.Contains("Exited", Compose("ps", "--all"), StringComparison.Ordinal);
        RunningEnvironment.Succeeded(_module.Run($"Remove-ArchiveEnv x -Root '{_root}'"));
        Assert.Equal("", Cli.Remains(_project));
    }

    [Fact]
    public void An_external_network_that_is_missing_is_named_with_the_remedy()
    {
        Write("networks: [out]", $"networks: {{out: {{external: true, name: {_project}-none}}}}");

        var result = _module.Run($"Start-ArchiveEnv x -Root '{_root}' -Until Created");

        Assert.Equal("ExternalMissing", result.ErrorId);
        Assert.Contains($"docker network create {_project}-none", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<System.Management.Automation.PSObject> Start() =>
        RunningEnvironment.Succeeded(_module.Run($"Start-ArchiveEnv x -Root '{_root}' -Until Created"));

    private void Write(string service, string more)
    {
        Directory.CreateDirectory(Environment);
        File.WriteAllText(Path.Combine(Environment, ".env"), $"VERSION=v1\nIMAGE=x\nCOMPOSE_PROJECT_NAME={_project}\n");
        File.WriteAllText(Path.Combine(Environment, "profile.json"), "{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }\n");
        var ports = service.Contains("ports:", StringComparison.Ordinal) ? "" : "ports: ['127.0.0.1::22']";
        var command = service.Contains("command:", StringComparison.Ordinal) ? "" : "command: sleep 600";
        File.WriteAllText(Path.Combine(Environment, "docker-compose.yml"),
            $"services:\n  vm:\n    image: {Image}\n    {ports}\n    {command}\n    {service}\n    depends_on: {{other: {{condition: service_started}}}}\n"
            + $"  other: {{image: '{Image}', command: sleep 600}}\n{more}\n");
    }

    private string Compose(params string[] arguments) => Cli.RunIn(Environment, "docker", ["compose", .. arguments]);

    /// <summary>What the engine has of the project, without what is another each time, and without our label.</summary>
    private JsonObject Inspect()
    {
        return new JsonObject
        {
            ["containers"] = Of(Ids("ps", "--no-trunc"), "container", Container),
            ["networks"] = Of(Ids("network", "ls"), "network", Network),
            ["volumes"] = Of(Ids("volume", "ls"), "volume", v => Only(v, "Name", "Driver", "Options", "Labels", "Scope")),
        };
    }

    private string[] Ids(params string[] list) => Cli.Docker([.. list, "-q", "--filter", $"label=com.docker.compose.project={_project}"])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static JsonArray Of(string[] ids, string kind, Func<JsonObject, JsonObject> select) => new(
    [
        .. (ids.Length == 0 ? [] : JsonNode.Parse(Cli.Docker(["inspect", "--type", kind, .. ids]))!.AsArray())
            .Select(i => select(i!.AsObject()))
            .OrderBy(i => i["Name"]!.ToString(), StringComparer.Ordinal),
    ]);

    private static JsonObject Network(JsonObject inspect)
    {
        var json = Only(inspect, "Name", "Driver", "EnableIPv6", "IPAM", "Internal", "Attachable", "Options", "Labels");
        if (json["IPAM"]!["Config"]![0]!["Subnet"]!.ToString() != ChosenSubnet)
            json["IPAM"]!["Config"] = "the engine's next";
        return json;
    }

    private static JsonObject Container(JsonObject inspect)
    {
        var id = inspect["Id"]!.ToString();
        var json = Only(inspect, "Name", "Path", "Args", "Image", "HostConfig", "Config", "Mounts", "RestartCount", "Platform");
        Labels(json["Config"]!.AsObject());
        if (json["Config"]!["Hostname"]!.ToString() == id[..12])
            json["Config"]!["Hostname"] = "its id";
        var networks = new JsonObject();
        foreach (var (name, endpoint) in inspect["NetworkSettings"]!["Networks"]!.AsObject().OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            networks[name] = Only(endpoint!.AsObject(), "IPAMConfig", "Links", "Aliases");
            var aliases = networks[name]!["Aliases"]!.AsArray().Select(a => a!.ToString()).Where(a => a != id[..12]);
            networks[name]!["Aliases"] = string.Join(' ', aliases);
        }

        json["Networks"] = networks;
        json["Mounts"] = new JsonArray(
        [
            .. json["Mounts"]!.AsArray()
                .Select(m => Mount(m!.AsObject()))
                .OrderBy(m => m["Destination"]!.ToString(), StringComparer.Ordinal),
        ]);
        if (json["HostConfig"]!["Mounts"] is JsonArray mounts)
        {
            // Compose goes through a map of them.
            json["HostConfig"]!["Mounts"] = new JsonArray([.. mounts.Select(m => m!.DeepClone()).OrderBy(m => m["Target"]!.ToString(), StringComparer.Ordinal)]);
        }

        if (json["HostConfig"]!["Binds"] is JsonArray binds)
            json["HostConfig"]!["Binds"] = new JsonArray([.. binds.Select(b => b!.DeepClone()).OrderBy(b => b.ToString(), StringComparer.Ordinal)]);
        // Compose goes through a map of these too.
        json["Config"]!["Env"] = new JsonArray([.. json["Config"]!["Env"]!.AsArray().Select(e => e!.DeepClone()).OrderBy(e => e.ToString(), StringComparer.Ordinal)]);

        // To the engine a list that is empty is one that is not given.
        foreach (var part in new[] { json["HostConfig"]!.AsObject(), json["Config"]!.AsObject() })
        {
            foreach (var (key, _) in part.Where(p => p.Value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 }).ToList())
                part.Remove(key);
        }

        return json;
    }

    private static JsonObject Mount(JsonObject mount)
    {
        var copy = mount.DeepClone().AsObject();
        if (copy["Name"]?.ToString().Length == 64)
            (copy["Name"], copy["Source"]) = ("anonymous", "anonymous");
        return copy;
    }

    private static JsonObject Only(JsonObject json, params string[] keys)
    {
        var copy = new JsonObject(keys.Select(k => KeyValuePair.Create(k, json[k]?.DeepClone())));
        Labels(copy);
        return copy;
    }

    /// <summary>Sorts the labels, without ours, and without a packager's part of compose's version.</summary>
    private static void Labels(JsonObject json)
    {
        if (json["Labels"] is not JsonObject labels)
            return;
        json["Labels"] = new JsonObject(labels
            .Where(l => l.Key != "io.github.dockerarchive.environment")
            .Where(l => labels.ContainsKey("com.docker.compose.service") || l.Key != "com.docker.compose.project.working_dir")
            .OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => KeyValuePair.Create(
                l.Key, (JsonNode?)(l.Key == "com.docker.compose.version" ? l.Value!.ToString().Split('-')[0] : l.Value!.ToString()))));
    }
}
