using System.Text;
using DockerArchive.Terminal;

namespace DockerArchive.Tests.Terminal;

public class ScreenModesTests
{
    [Theory]
    [InlineData("plain text, é 漢字\r\n", "")]
    [InlineData("\e[?1049h\e[?25l vim", "\e[?25h\e[?1049l")]
    [InlineData("\e[?1000;1006h\e[?2004h", "\e[?1000l\e[?1006l\e[?2004l")]
    [InlineData("\e[1;24r\e[1;31mred", "\e7\e[r\e8\e[m")]
    [InlineData("\e[>4;2m", "\e[>4m")]
    [InlineData("\e[?7l", "\e[?7h")]
    public void What_is_left_is_undone(string shown, string expected) => Assert.Equal(expected, Reset(shown));

    [Theory]
    [InlineData("\e[?1049h\e[?25l\e[?1002h\e[2;5r\e[>4;2m\e[1mx\e[m\e[>4;m\e[r\e[?1002l\e[?25h\e[?1049l")]
    [InlineData("\e[?1h\e=\e(B\e]2;title\a\e[2J\e[?12h\e[H\e[0m")]
    public void What_a_program_has_undone_itself_is_left_alone(string shown) => Assert.Equal("", Reset(shown));

    [Fact]
    public void A_sequence_that_does_not_end_takes_no_memory_and_hides_nothing() =>
        Assert.Equal("\e[?25h", Reset("\e[" + new string('1', 100_000) + "\e[\e[?25l"));

    private static string Reset(string shown)
    {
        var whole = new ScreenModes();
        whole.Follow(Encoding.UTF8.GetBytes(shown));
        var inParts = new ScreenModes();
        foreach (var part in Encoding.UTF8.GetBytes(shown))
            inParts.Follow([part]);
        Assert.Equal(whole.Reset(), inParts.Reset());
        return Encoding.ASCII.GetString(whole.Reset());
    }
}
