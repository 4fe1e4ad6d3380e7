using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public class BuildkitVersionTests
{
    /// <summary>Ports that the public archives have given.</summary>
    [Theory]
    [InlineData("v0.4.0", 4001)]
    [InlineData("v0.7.0", 7000)]
    [InlineData("v0.10.3", 10301)]
    [InlineData("v0.10.6", 10600)]
    [InlineData("v0.11.0", 11002)]
    [InlineData("v0.11.0-rc1", 11011)]
    [InlineData("v0.11.0-rc2", 11020)]
    [InlineData("v0.12.4-debug", 12402)]
    [InlineData("v0.20.2", 20200)]
    public void The_rule_allows_the_ports_that_there_are(string version, int port) =>
        Assert.Contains(port, BuildkitVersion.Parse(version)!.Ports);

    [Theory]
    [InlineData("v0.33.0", 33000, 33009)]
    [InlineData("v0.65.5", 65500, 65509)]
    [InlineData("v0.65.0-rc53", 65530, 65535)]
    public void A_version_has_ten_ports_as_far_as_there_are_ports(string version, int first, int last)
    {
        var ports = BuildkitVersion.Parse(version)!.Ports.ToArray();

        Assert.Equal((first, last), (ports[0], ports[^1]));
    }

    [Theory]
    [InlineData("v0.66.0")]
    [InlineData("v1.0.0")]
    [InlineData("v0.0.1")]
    [InlineData("v999999.999999.999999-rc999999")]
    public void Where_the_rule_leads_to_no_port_there_is_none(string version) =>
        Assert.Empty(BuildkitVersion.Parse(version)!.Ports);

    [Theory]
    [InlineData("v0.12.4", "v0.12.4", false)]
    [InlineData("v0.12.4-debug", "v0.12.4", true)]
    [InlineData("v0.11.0-rc1-debug", "v0.11.0-rc1", true)]
    public void A_debug_environment_is_of_a_release(string text, string release, bool debug)
    {
        var version = BuildkitVersion.Parse(text)!;

        Assert.Equal((text, release, debug), ($"{version}", version.Release, version.IsDebug));
    }

    [Theory]
    [InlineData("0.4.0")]
    [InlineData("v0.4")]
    [InlineData("v0.4.0-beta1")]
    [InlineData("v0.4.0-debug-rc1")]
    [InlineData("v0.4.0\n")]
    [InlineData("docker-v20.10.24")]
    [InlineData("")]
    public void Other_texts_are_none(string text) => Assert.Null(BuildkitVersion.Parse(text));
}
