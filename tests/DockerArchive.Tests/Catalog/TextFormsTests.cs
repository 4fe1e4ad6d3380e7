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
        Assert.Equal([new PortMapping(address, host, container, protocol)], PortMapping.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("22:0")]
    [InlineData("65536:22")]
    [InlineData("ssh:22")]
    [InlineData("22/ip")]
    [InlineData("::")]
    public void Other_texts_are_no_port_mapping(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => PortMapping.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("4000-4001:22", "4000-4001:22")]
    [InlineData("4000-4002:22-24/udp", "4000:22/udp 4001:23/udp 4002:24/udp")]
    [InlineData("127.0.0.1:98-100:98-100", "127.0.0.1:100:100 127.0.0.1:98:98 127.0.0.1:99:99")]
    [InlineData("99-101", "100 101 99")]
    public void Ranges_are_one_mapping_for_each_port_or_a_choice_for_Docker(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', PortMapping.Parse(text)));

    [Theory]
    [InlineData("4000-4001:22-24", "not of the same length")]
    [InlineData("4001-4000:22", "ends before it begins")]
    [InlineData("1.2.3:4000:22", "no IP address")]
    public void A_wrong_range_or_address_is_said(string text, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => PortMapping.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("/start.sh -enable-kvm", new[] { "/start.sh", "-enable-kvm" })]
    [InlineData("a 'b c' \"d \\\" e\" f\\ g ''", new[] { "a", "b c", "d \" e", "f g", "" })]
    [InlineData("  ", new string[0])]
    [InlineData("a&&b c", new[] { "a" })]
    [InlineData("a 2>b", new[] { "a" })]
    [InlineData("a\\tb 'c\\d' $(e f) `g h`", new[] { "a\tb", "c\\d", "$(e f)", "`g h`" })]
    public void A_command_is_split_as_compose_splits_it(string text, string[] expected) =>
        Assert.Equal(expected, CommandLineWords.Split(text));

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \\")]
    [InlineData("a (b)")]
    [InlineData("a b)")]
    public void What_is_not_closed_is_an_error(string text) =>
        Assert.Throws<FormatException>(() => CommandLineWords.Split(text));

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
