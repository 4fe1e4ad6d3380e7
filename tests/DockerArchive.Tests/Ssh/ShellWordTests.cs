using System.Diagnostics;
using DockerArchive.Ssh;

namespace DockerArchive.Tests.Ssh;

public class ShellWordTests
{
    [Theory]
    [InlineData("plain-1.2/x", "plain-1.2/x")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("--opt=a=b", "--opt=a=b")]
    [InlineData("A=b", "'A=b'")]
    [InlineData("~", "'~'")]
    public void Words_are_quoted_only_where_needed(string text, string expected) =>
        Assert.Equal(expected, ShellWord.Quote(text));

    [Fact]
    public void A_NUL_character_is_refused() => Assert.Throws<ArgumentException>(() => ShellWord.Quote("a\0b"));

    [Fact]
    public void A_real_sh_gives_hostile_words_back_unchanged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh");
        var random = new Random(20261124);
        string[] parts = ["'", "\"", "\\", "$(id)", "`id`", "${HOME}", ";", "&", "|", "\n", "\r", "\t", "*", "?", "[a]", "~", "!", "#", " ",
            "-n", "=", "%s", "\u001b[31m", "é", "日本", "\u007f", "<", ">", "(", ")", "{a,b}"];
        var words = Enumerable.Range(0, 500)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => parts[random.Next(parts.Length)])))
            .ToArray();

        using var sh = Process.Start(new ProcessStartInfo("sh", "-s")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
        })!;
        sh.StandardInput.Write($"for word in {ShellWord.Join(words)}; do printf '%s\\0' \"$word\"; done\n");
        sh.StandardInput.Close();
        var output = sh.StandardOutput.ReadToEnd();

        Assert.Equal(words, output.Split('\0')[..^1]);
    }
}
