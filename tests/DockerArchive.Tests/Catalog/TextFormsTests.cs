using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public class TextFormsTests
{
    [Theory]
    [InlineData("22", null, null, 22, "tcp")]
    [InlineData("4001:22", null, 4001, 22, "tcp")]
    [InlineData("127.0.0.1:4001:22", "127.0.0.1", 4001, 22, "tcp")]
    [InlineData("127.0.0.1::22", "127.0.0.1", null, 22, "tcp")]
    [InlineData("[::1]:53:53/udp", "::1", 53, 53, "udp")]
    public void Port_mappings_have_composes_short_form(string text, string? address, int? host, int container, string protocol) =>
        Assert.Equal(new PortMapping(address, host, container, protocol), PortMapping.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0:22")]
    [InlineData("65536:22")]
    [InlineData("ssh:22")]
    [InlineData("4000-4001:22")]
    public void Other_texts_are_no_port_mapping(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => PortMapping.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("/start.sh -enable-kvm", new[] { "/start.sh", "-enable-kvm" })]
    [InlineData("a 'b c' \"d \\\" e\" f\\ g ''", new[] { "a", "b c", "d \" e", "f g", "" })]
    [InlineData("  ", new string[0])]
    public void A_command_is_split_as_a_shell_splits_it(string text, string[] expected) =>
        Assert.Equal(expected, CommandLineWords.Split(text));

    [Fact]
    public void An_open_quote_is_an_error() =>
        Assert.Throws<FormatException>(() => CommandLineWords.Split("a 'b"));

    [Theory]
    [InlineData("buildkit/v0.40", new[] { "buildkit/v0.4.0" })]
    [InlineData("v0.4.0", new[] { "buildkit/v0.4.0" })]
    [InlineData("BUILDKIT/V0.4.0", new[] { "buildkit/v0.4.0" })]
    [InlineData("zzzzzzzz", new string[0])]
    public void The_nearest_names_are_suggested(string typed, string[] expected) =>
        Assert.Equal(expected, NearestName.Find(typed, ["buildkit/v0.4.0", "kubernetes/v1.32.2/base"], count: 1));

    [Fact]
    public void Versions_sort_as_versions()
    {
        string[] sorted = ["buildkit/v0.4.0", "buildkit/v0.9.0", "buildkit/v0.10.0", "buildkit/v0.11.0-rc1", "buildkit/v0.11.0-rc2",
            "buildkit/v0.11.0", "buildkit/v0.12.4", "buildkit/v0.12.4-debug", "docker/v1"];

        Assert.Equal(sorted, sorted.Reverse().Order(EnvironmentOrder.Instance));
    }

    [Theory]
    [InlineData(".\\buildkit\\v0.4.0\\", "buildkit/v0.4.0")]
    [InlineData("./buildkit/v0.4.0/", "buildkit/v0.4.0")]
    [InlineData("buildkit/v0.4.0", "buildkit/v0.4.0")]
    public void What_file_completion_leaves_is_a_name_too(string typed, string expected) =>
        Assert.Equal(expected, EnvironmentName.Normalize(typed));
}
