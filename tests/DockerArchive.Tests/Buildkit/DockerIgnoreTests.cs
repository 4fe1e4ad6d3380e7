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
    [InlineData("/", "a", false)]
    [InlineData("a^b", "a^b", true)]
    [InlineData("a^b*", "a^b", false)]
    [InlineData("**foo", "x/yfoo", true)]
    [InlineData("**/foo", "x/yfoo", false)]
    [InlineData("**/foo", "foo", true)]
    [InlineData("**/a^b", "x/a^b", true)]
    [InlineData("foo**", "foobar", true)]
    [InlineData("f^o**", "f^obar", true)]
    [InlineData("**/foo/**", "x/foo/y", true)]
    [InlineData("a\\d", "a7", true)]
    [InlineData("a\\d", "ad", false)]
    [InlineData("a\\!", "a!", true)]
    [InlineData("[!a]", "a", true)]
    [InlineData("a]*", "a]b", true)]
    [InlineData("a\r", "a", true)]
    public void A_pattern_means_what_it_means_to_BuildKit(string pattern, string path, bool ignored) =>
        Assert.Equal(ignored, Ignores(DockerIgnore.Parse(pattern), path));

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var ignore = DockerIgnore.Parse("# comment\n*.md\n!README*.md\nREADME-secret.md\n");

        Assert.True(Ignores(ignore, "a.md"));
        Assert.False(Ignores(ignore, "README.md"));
        Assert.True(Ignores(ignore, "README-secret.md"));
        Assert.False(Ignores(ignore, "# comment"));
    }

    [Fact]
    public void A_file_in_an_ignored_directory_can_be_brought_back()
    {
        var ignore = DockerIgnore.Parse("docs\n!docs/README.md");

        Assert.True(Ignores(ignore, "docs/a"));
        Assert.False(Ignores(ignore, "docs/README.md"));
    }

    /// <summary>BuildKit's walk tries <c>!a</c> on no directory that is not ignored, and then not on what lies in it.</summary>
    [Fact]
    public void An_exception_that_was_not_needed_for_a_directory_is_not_inherited()
    {
        var ignore = DockerIgnore.Parse("*/x\n!a");

        Assert.True(Ignores(ignore, "a/x"));
        Assert.False(Ignores(DockerIgnore.Parse("*\n!a"), "a/x"));
    }

    [Theory]
    [InlineData("docs\n!docs/keep", true)]
    [InlineData("docs\n!docs/**", true)]
    [InlineData("docs\n!*.md", true)]
    [InlineData("docs\n!other/keep", false)]
    [InlineData("docs", false)]
    public void An_ignored_directory_is_searched_only_for_what_may_be_kept(string patterns, bool searched) =>
        Assert.Equal(searched, DockerIgnore.Parse(patterns).MayKeepBelow("docs"));

    [Theory]
    [InlineData("a\n!", "2: '!' stands alone")]
    [InlineData("a[", "1: 'a[' is no pattern")]
    [InlineData("a\\", "1: 'a\\' is no pattern")]
    [InlineData("[]a]", "1: '[]a]' is no pattern")]
    [InlineData("[a-z-[b]]", "1: '[a-z-[b]]' is no pattern")]
    [InlineData("a\\y", "1: 'a\\y' is no pattern")]
    public void A_malformed_pattern_is_named_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DockerIgnore.Parse(text)).Message);

    private static bool Ignores(DockerIgnore ignore, string path)
    {
        var ignored = false;
        bool[]? parent = null;
        var parts = path.Split('/');
        for (var i = 1; i <= parts.Length; i++)
        {
            ignored = ignore.Ignores(string.Join('/', parts[..i]), parent, out var matched);
            parent = matched;
        }

        return ignored;
    }
}
