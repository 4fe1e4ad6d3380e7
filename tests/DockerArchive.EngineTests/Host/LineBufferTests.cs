using DockerArchive.Host;

namespace DockerArchive.EngineTests.Host;

public sealed class LineBufferTests
{
    [Fact]
    public void A_character_of_several_code_units_is_deleted_whole()
    {
        var line = With("a😀e\u0301", 5);

        line.DeleteBack();
        Assert.Equal("a😀", line.Text);
        line.DeleteBack();
        Assert.Equal(("a", 1), (line.Text, line.Cursor));
    }

    [Fact]
    public void Words_are_letters_and_digits()
    {
        var line = With("Get-Thing -Name x", 15);

        line.DeleteWordBack();
        Assert.Equal("Get-Thing - x", line.Text);
        line.WordLeft();
        Assert.Equal(4, line.Cursor);
        line.WordRight();
        Assert.Equal(9, line.Cursor);
    }

    [Fact]
    public void Edges_are_no_place_to_fall_off()
    {
        var line = With("", 0);

        line.Left();
        line.Right();
        line.DeleteBack();
        line.DeleteForward();
        line.WordLeft();
        line.WordRight();
        Assert.Equal(("", 0), (line.Text, line.Cursor));
    }

    [Fact]
    public void History_keeps_the_line_that_was_being_typed()
    {
        var history = new LineHistory();
        history.Add("one");
        history.Add("two");

        Assert.Equal("two", history.Older("typing"));
        Assert.Equal("one", history.Older("two"));
        Assert.Null(history.Older("one"));
        Assert.Equal("two", history.Newer());
        Assert.Equal("typing", history.Newer());
        Assert.Null(history.Newer());
    }

    private static LineBuffer With(string text, int cursor)
    {
        var line = new LineBuffer();
        line.Set(text, cursor);
        return line;
    }
}
