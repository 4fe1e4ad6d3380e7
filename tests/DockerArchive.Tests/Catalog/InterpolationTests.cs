using DockerArchive.Catalog;

namespace DockerArchive.Tests.Catalog;

public class InterpolationTests
{
    private static string? Lookup(string name) => name switch { "A" => "1", "EMPTY" => "", _ => null };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$A-${A}", "1-1")]
    [InlineData("${NONE}", "")]
    [InlineData("$NONE.", ".")]
    [InlineData("${NONE:-d}", "d")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${EMPTY-d}", "")]
    [InlineData("${NONE-d}", "d")]
    [InlineData("${NONE:-${A}}", "1")]
    [InlineData("${A:+set}", "set")]
    [InlineData("${EMPTY:+set}", "")]
    [InlineData("${EMPTY+set}", "set")]
    [InlineData("${A:?needed}", "1")]
    [InlineData("$$A", "$A")]
    [InlineData("${NONE:-}", "")]
    [InlineData("a$", "a$")]
    [InlineData("$-1", "$-1")]
    [InlineData("${NONE:-x} and ${A:-y}", "x and 1")]
    [InlineData("${NONE:-{}}", "{}")]
    [InlineData("${NONE:-a${EMPTY:-b${NONE-c}}}d", "abcd")]
    [InlineData("${NONE-:-x}", ":-x")]
    public void Forms_mean_what_compose_says(string text, string expected) =>
        Assert.Equal(expected, Interpolation.Expand(text, Lookup));

    [Theory]
    [InlineData("${NONE:?needed here}", "needed here")]
    [InlineData("${A:-${NONE?needed too}}", "needed too")]
    [InlineData("${A", "begins no variable")]
    [InlineData("${}", "begins no variable")]
    [InlineData("${A!x}", "begins no variable")]
    [InlineData("${NONE:-a\nb}", "begins no variable")]
    public void What_compose_would_refuse_is_refused_with_a_reason(string text, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => Interpolation.Expand(text, Lookup)).Message, StringComparison.Ordinal);
}
