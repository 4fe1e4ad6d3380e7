namespace DockerArchive.Tests;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ttext é日", "plain\ttext é日")]
    [InlineData("\u001b[31mred\u001b[0m", "^[[31mred^[[0m")]
    [InlineData("a\rb\u0000c\u007f", "a^Mb^@c^?")]
    [InlineData("\u009b2J", "\\u009b2J")]
    [InlineData("\u202eevil", "\\u202eevil")]
    [InlineData(null, "")]
    public void Control_characters_are_shown_and_not_obeyed(string? text, string expected) =>
        Assert.Equal(expected, TerminalText.Neutralize(text));

    [Theory]
    [InlineData("[\u001b[0;32m  OK  \u001b[0m] Started", "[  OK  ] Started")]
    [InlineData("\u001b]0;title\u0007text\u001b(B", "text")]
    [InlineData("\u001b[2J\u001b[1;1Hboot\r", "boot")]
    [InlineData("cut \u001b[3", "cut ")]
    public void A_consoles_colours_and_movements_are_dropped(string text, string expected) =>
        Assert.Equal(expected, TerminalText.Strip(text));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(1230, "1.23kB")]
    [InlineData(49_880_000, "49.88MB")]
    public void Sizes_read_as_BuildKit_prints_them(long bytes, string expected) => Assert.Equal(expected, ByteSize.Text(bytes));
}
