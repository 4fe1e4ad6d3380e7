using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public class DotEnvTests
{
    [Fact]
    public void Keys_comments_quotes_and_export_are_read_as_compose_reads_them()
    {
        var settings = DotEnv.Parse(
            "# the image\nVERSION=v0.1.0\n\nexport IMAGE = buildkit-v0.4.0 \r\nA=\"x # y\"\nB='it is'\nC=value # comment\nD=\n");

        Assert.Equal("v0.1.0", settings["VERSION"]);
        Assert.Equal("buildkit-v0.4.0", settings["IMAGE"]);
        Assert.Equal("x # y", settings["A"]);
        Assert.Equal("it is", settings["B"]);
        Assert.Equal("value", settings["C"]);
        Assert.Equal("", settings["D"]);
    }

    [Theory]
    [InlineData("A=1\nno assignment", "2: 'no assignment' is not KEY=value")]
    [InlineData("=x", "1: '=x' is not KEY=value")]
    public void A_line_that_is_no_assignment_is_named_with_its_number(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DotEnv.Parse(text)).Message);
}
