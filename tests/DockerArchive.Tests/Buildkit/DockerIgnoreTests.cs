using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>The cases of github.com/moby/patternmatcher's documentation and of docker's reference for <c>.dockerignore</c>.</summary>
public class DockerIgnoreTests
{
    [Theory]
    [InlineData("*/temp*", "somedir/temporary.txt", true)]
    [InlineData("*/temp*", "somedir/temp", true)]
    [InlineData("*/temp*", "somedir/subdir/temporary.txt", false)]
    [InlineData("*/*/temp*", "somedir/subdir/temporary.txt", true)]
    [InlineData("temp?", "tempa", true)]
    [InlineData("temp?", "temp", false)]
    [InlineData("**/*.go", "a.go", true)]
    [InlineData("**/*.go", "x/y/a.go", true)]
    [InlineData("/foo/bar", "foo/bar", true)]
    [InlineData("foo/bar/", "foo/bar/baz", true)]
    [InlineData("foo", "foo/bar/baz", true)]
    [InlineData("foo", "x/foo", false)]
    [InlineData("./foo/../bar", "bar", true)]
    [InlineData("foo/**", "foo/bar/baz", true)]
    [InlineData("foo/**", "foo", false)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("a[b-d]e", "ace", true)]
    [InlineData("a[^b-d]e", "ace", false)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a(b)+|{c}", "a(b)+|{c}", true)]
    [InlineData(".", "a", false)]
    public void A_pattern_means_what_it_means_to_BuildKit(string pattern, string path, bool ignored) =>
        Assert.Equal(ignored, DockerIgnore.Parse(pattern).Ignores(path));

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var ignore = DockerIgnore.Parse("# comment\n*.md\n!README*.md\nREADME-secret.md\n");

        Assert.True(ignore.HasExceptions);
        Assert.True(ignore.Ignores("a.md"));
        Assert.False(ignore.Ignores("README.md"));
        Assert.True(ignore.Ignores("README-secret.md"));
        Assert.False(ignore.Ignores("# comment"));
    }

    [Fact]
    public void A_file_in_an_ignored_directory_can_be_brought_back()
    {
        var ignore = DockerIgnore.Parse("docs\n!docs/README.md");

        Assert.True(ignore.Ignores("docs/a"));
        Assert.False(ignore.Ignores("docs/README.md"));
    }

    [Theory]
    [InlineData("a\n!", "2: '!' stands alone")]
    [InlineData("a[", "1: 'a[' is no pattern")]
    public void A_malformed_pattern_is_named_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DockerIgnore.Parse(text)).Message);
}
