using DockerArchive.Buildkit;
using DockerArchive.Tests.Systemd;

namespace DockerArchive.Tests.Status;

public sealed class BuildctlWorkersTests
{
    [Theory]
    [InlineData("v0.3.0", "o4kymkutmfrtdnis4opimiklq", 1, 3)]
    [InlineData("v0.4.0", "lb9jdhumsh776sy44pfejxz2r", 1, 3)]
    [InlineData("v0.5.0", "lv3j5f578u9fqwsom2kbveku6", 1, 3)]
    [InlineData("v0.8.3", "uku70uc8yka8ke7gb9nk8vg9e", 1, 3)]
    [InlineData("v0.10.0", "46c231bcmt3ij2i6x2gd9hj8b", 4, 5)]
    [InlineData("v0.12.4", "bsow2icliz76xf1a5sp5bwibv", 4, 6)]
    [InlineData("v0.32.2", "l2defhjibej1ltvy8xj16tyq5", 4, 6)]
    public void Both_forms_of_every_version_give_the_worker(string version, string id, int platforms, int labels)
    {
        var plain = Assert.Single(BuildctlWorkers.Parse(GuestData.Text("buildctl", version, "00-workers.stdout")));
        var worker = Assert.Single(BuildctlWorkers.Parse(GuestData.Text("buildctl", version, "00-workers-v.stdout")));

        Assert.Equal(id, plain.Id);
        Assert.Equal(platforms, plain.Platforms.Count);
        Assert.Equal(id, worker.Id);
        Assert.Equal(plain.Platforms, worker.Platforms);
        Assert.Equal("linux/amd64", worker.Platforms[0]);
        Assert.Equal(labels, worker.Labels.Count);
        Assert.Equal("oci", worker.Executor);
        Assert.Equal("overlayfs", worker.Snapshotter);
        Assert.Equal(4, worker.GcPolicy.Count);
        Assert.Equal(TimeSpan.FromHours(48), worker.GcPolicy[0].KeepDuration);
        Assert.NotEmpty(worker.GcPolicy[0].Filters);
        Assert.Null(worker.GcPolicy[2].KeepDuration);
        Assert.True(worker.GcPolicy[3].All);
    }

    [Fact]
    public void Before_v0_17_a_rule_has_one_size()
    {
        var rule = BuildctlWorkers.Parse(GuestData.Text("buildctl", "v0.4.0", "00-workers-v.stdout"))[0].GcPolicy[0];

        Assert.Equal(512_000_000, rule.KeepBytes);
        Assert.Null(rule.MaximumUsedSpace);
    }

    [Fact]
    public void The_newest_version_has_three_sizes_and_its_own_version()
    {
        var worker = BuildctlWorkers.Parse(GuestData.Text("buildctl", "v0.32.2", "00-workers-v.stdout"))[0];

        Assert.Equal("v0.32.2", worker.Buildkit!.Version);
        Assert.Equal("1.26.0", worker.Dockerfile);
        Assert.Equal(
            ["type==source.local", "type==exec.cachemount", "type==source.git.checkout"], worker.GcPolicy[0].Filters);
        Assert.Equal(
            new BuildkitGcRule
            {
                Filters = worker.GcPolicy[1].Filters,
                KeepDuration = TimeSpan.FromDays(60),
                ReservedSpace = 10_000_000_000,
                MinimumFreeSpace = 51_000_000_000,
                MaximumUsedSpace = 100_000_000_000,
            },
            worker.GcPolicy[1]);
    }

    [Theory]
    [InlineData("v0.10.0")]
    [InlineData("v0.12.4")]
    [InlineData("v0.32.2")]
    public void Json_says_the_same_as_the_verbose_form(string version)
    {
        var worker = Assert.Single(BuildctlWorkers.Parse(GuestData.Text("buildctl", version, "00-workers-json.stdout")));
        var verbose = Assert.Single(BuildctlWorkers.Parse(GuestData.Text("buildctl", version, "00-workers-v.stdout")));

        Assert.Equal(verbose.Id, worker.Id);
        Assert.Equal(verbose.Platforms, worker.Platforms);
        Assert.Equal(verbose.Buildkit, worker.Buildkit);
        Assert.Equal(verbose.Dockerfile, worker.Dockerfile);
        Assert.Equal(verbose.Labels, worker.Labels);
        Assert.Empty(worker.CdiDevices);
        Assert.Equal(verbose.GcPolicy.Select(Comparable), worker.GcPolicy.Select(Comparable));
    }

    [Fact]
    public void Json_has_sizes_and_durations_exactly()
    {
        var rules = Assert.Single(BuildctlWorkers.Parse(
            """
            [{"id":"a","gcPolicy":[
              {"filter":["type==regular","mutable"],"all":true,"keepDuration":1500000100,"keepBytes":1234567890123},
              {"filter":null,"all":false,"keepDuration":0,"reservedSpace":1,"maxUsedSpace":2,"minFreeSpace":3}]}]
            """)).GcPolicy;

        Assert.Equal(["type==regular", "mutable"], rules[0].Filters);
        Assert.True(rules[0].All);
        Assert.Equal(new TimeSpan(15_000_001), rules[0].KeepDuration);
        Assert.Equal(1_234_567_890_123, rules[0].KeepBytes);
        Assert.Empty(rules[1].Filters);
        Assert.Equal(
            new BuildkitGcRule
            {
                Filters = rules[1].Filters,
                ReservedSpace = 1,
                MaximumUsedSpace = 2,
                MinimumFreeSpace = 3,
            },
            rules[1]);
    }

    [Fact]
    public void Devices_are_those_that_steps_can_ask_for()
    {
        var verbose = Assert.Single(BuildctlWorkers.Parse(
            "ID:\t\ta\nLabels:\nDevices:\n\tName:\t\tvendor.com/device=foo\n\tAutoAllow:\ttrue\n"
            + "\tAnnotations:\tone:\t1\n\tAnnotations:\ttwo:\thttp://2\n\tName:\t\tvendor.com/device=bar\n"
            + "\tAutoAllow:\tfalse\n\tName:\t\tnvidia.com/gpu\n\tOnDemand:\ttrue\n\nGC Policy rule#0:\n\tAll:\ttrue\n\n"));
        var json = Assert.Single(BuildctlWorkers.Parse(
            """
            [{"id":"a","cdiDevices":[
              {"name":"vendor.com/device=foo","autoAllow":true,"annotations":{"one":"1","two":"http://2"},"onDemand":false},
              {"name":"vendor.com/device=bar","autoAllow":false,"annotations":null,"onDemand":false},
              {"name":"nvidia.com/gpu","autoAllow":true,"annotations":null,"onDemand":true}]}]
            """));

        Assert.Equal(
            ["vendor.com/device=foo", "vendor.com/device=bar", "nvidia.com/gpu"],
            verbose.CdiDevices.Select(device => device.Name));
        Assert.Equal([true, false, null], verbose.CdiDevices.Select(device => device.AutoAllow));
        Assert.Equal([true, false, true], json.CdiDevices.Select(device => device.AutoAllow));
        Assert.Equal([false, false, true], verbose.CdiDevices.Select(device => device.OnDemand));
        Assert.Equal("http://2", verbose.CdiDevices[0].Annotations["two"]);
        Assert.Equal(
            json.CdiDevices.Select(device => (device.Name, device.OnDemand)),
            verbose.CdiDevices.Select(device => (device.Name, device.OnDemand)));
        Assert.All(
            json.CdiDevices.Zip(verbose.CdiDevices),
            pair => Assert.Equal(pair.First.Annotations, pair.Second.Annotations));
        Assert.True(Assert.Single(verbose.GcPolicy).All);
    }

    [Fact]
    public void Several_workers_are_kept_apart()
    {
        var workers = BuildctlWorkers.Parse(
            "ID:\t\ta\nLabels:\n\tx:\t1\n\nID:\tb\nNews:\t?\n\ty:\t2\nLabels:\n\tz:\t3\n\n");

        Assert.Equal(["a", "b"], workers.Select(worker => worker.Id));
        Assert.Equal("1", workers[0].Labels["x"]);
        Assert.Equal("3", Assert.Single(workers[1].Labels).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("ID\t\t\t\tPLATFORMS\n")]
    [InlineData("ID:\n")]
    [InlineData("\tAll:\ttrue\nGC Policy rule#0:\n")]
    [InlineData("Incorrect Usage: flag provided but not defined: -format\n")]
    [InlineData("null\n")]
    [InlineData("[]\n")]
    [InlineData("[1, {\"id\":\"a\"}]")]
    [InlineData("[{\"id\":\"\"}]")]
    [InlineData("[{\"id\":\"\\udc00\"}]")]
    [InlineData("{\"id\":\"a\",")]
    public void Text_without_a_worker_gives_none(string text) => Assert.Empty(BuildctlWorkers.Parse(text));

    [Theory]
    [InlineData("0B", 0L)]
    [InlineData("1.5GB", 1_500_000_000L)]
    [InlineData("2GiB", 2_147_483_648L)]
    [InlineData("10kB", 10_000L)]
    [InlineData("", null)]
    [InlineData("GB", null)]
    [InlineData("1", null)]
    [InlineData("1 ", null)]
    [InlineData("1QB", null)]
    [InlineData("999999999EB", null)]
    [InlineData("1.2.3GB", null)]
    public void Sizes_are_decimal_or_binary(string text, long? bytes) =>
        Assert.Equal(bytes, BuildctlQuantity.Bytes(text));

    [Theory]
    [InlineData("48h0m0s", 172_800_000.0)]
    [InlineData("1m1.5s", 61_500.0)]
    [InlineData("250ms", 250.0)]
    [InlineData("", null)]
    [InlineData("5", null)]
    [InlineData("h", null)]
    [InlineData("99999999999999h", null)]
    public void Durations_are_those_of_Go(string text, double? milliseconds) =>
        Assert.Equal(milliseconds, BuildctlQuantity.Duration(text)?.TotalMilliseconds);

    private static (BuildkitGcRule Rule, string Filters) Comparable(BuildkitGcRule rule) =>
        (rule with { Filters = [] }, string.Join(' ', rule.Filters));
}
