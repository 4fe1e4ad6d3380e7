using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public class DotEnvTests
{
    [Fact]
    public void Keys_comments_quotes_and_export_are_read_as_compose_reads_them()
    {
        var settings = DotEnv.Parse(
            "# the image\nVERSION=v0.1.0\n\nexport IMAGE = buildkit-v0.4.0 \r\nA=\"x # y\"\nB='it is'\nC=value # comment\nD=\n", _ => null);

        Assert.Equal("v0.1.0", settings["VERSION"]);
        Assert.Equal("buildkit-v0.4.0", settings["IMAGE"]);
        Assert.Equal("x # y", settings["A"]);
        Assert.Equal("it is", settings["B"]);
        Assert.Equal("value", settings["C"]);
        Assert.Equal("", settings["D"]);
    }

    [Theory]
    [InlineData("A=1\nB=${A}2\nC='$A'\nD=\"${SHELL}-$B\"", "A=1 B=12 C=$A D=sh-12")]
    [InlineData("SHELL=file\nA=$SHELL", "SHELL=file A=sh")]
    [InlineData("A=\"1\n2\" # two\nB: 3", "A=1\n2 B=3")]
    [InlineData("A=\"x\\ty\\$A\\0101\\q\\\"\"\nB='it\\'s\\n'", "A=x\ty$AA\\q\" B=it's\\n")]
    [InlineData("SHELL\nOTHER\nexport A=1#2 #3", "SHELL=sh A=1#2")]
    [InlineData("\uFEFFA=1\r\nB=2\r\n", "A=1 B=2")]
    [InlineData("A=${B:-$$x}", "A=$x")]
    public void Variables_escapes_and_lines_are_as_in_compose(string text, string expected) =>
        Assert.Equal(
            expected,
            string.Join(' ', DotEnv.Parse(text, name => name == "SHELL" ? "sh" : null).Select(s => $"{s.Key}={s.Value}")));

    [Theory]
    [InlineData("A=1\nB=\"x\ny", "2: the quote \" is not closed")]
    [InlineData("A=1\n\nB=${C:?is missing}", "3: the variable C is required: is missing")]
    [InlineData("A=1\nno assignment", "2: 'no assignment' is not KEY=value")]
    [InlineData("=x", "1: '=x' is not KEY=value")]
    public void A_line_that_is_no_assignment_is_named_with_its_number(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DotEnv.Parse(text, _ => null)).Message);
}
