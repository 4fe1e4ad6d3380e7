using System.Buffers;
using System.Text;
using DockerArchive.Terminal;

namespace DockerArchive.Tests.Terminal;

public class EscapeKeysTests
{
    [Theory]
    [InlineData("ls\r", "ls\r")]
    [InlineData("~~x", "~x")]
    [InlineData("~x", "~x")]
    [InlineData("a~.", "a~.")]
    [InlineData("a\r~~.", "a\r~.")]
    [InlineData("a\n~?~?b", "a\nb")]
    public void What_is_for_the_guest_reaches_it(string typed, string expected)
    {
        Assert.Equal((true, expected), Pass((byte)'~', typed));
        Assert.Equal((true, expected), Pass((byte)'~', [.. typed.Select(c => c.ToString())]));
    }

    [Theory]
    [InlineData("~.", "")]
    [InlineData("a\r~.b", "a\r")]
    [InlineData("~?~.", "")]
    public void The_session_ends_at_the_start_of_a_line_only(string typed, string expected)
    {
        Assert.Equal((false, expected), Pass((byte)'~', typed));
        Assert.Equal((false, expected), Pass((byte)'~', [.. typed.Select(c => c.ToString())]));
    }

    [Fact]
    public void Without_an_escape_key_everything_is_for_the_guest() => Assert.Equal((true, "~.\r~?\0."), Pass(null, "~.\r~?\0."));

    [Fact]
    public void Another_key_may_be_the_escape_key() => Assert.Equal((false, "~.\r"), Pass((byte)'%', "~.\r%."));

    private static (bool GoesOn, string Guest) Pass(byte? escape, params string[] parts)
    {
        var keys = new EscapeKeys(escape);
        var guest = new ArrayBufferWriter<byte>();
        var goesOn = parts.All(part => keys.Pass(Encoding.ASCII.GetBytes(part), guest, static () => { }));
        return (goesOn, Encoding.ASCII.GetString(guest.WrittenSpan));
    }
}
