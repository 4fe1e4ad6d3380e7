using System.Text;

namespace DockerArchive.SshTests;

public sealed class ByteLineSplitterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public async Task Lines_are_the_same_however_the_bytes_arrive(int piece)
    {
        var text = $"one\n\nthree {new string('x', 10_000)}\r\nlast without end";
        var lines = new List<string>();
        var splitter = new ByteLineSplitter(line =>
        {
            lines.Add(Encoding.UTF8.GetString(line.Span));
            return ValueTask.CompletedTask;
        });
        foreach (var bytes in Encoding.UTF8.GetBytes(text).Chunk(piece))
            await splitter.WriteAsync(bytes);
        Assert.Equal(text.Split('\n')[..^1], lines);
        await splitter.CompleteAsync();
        await splitter.CompleteAsync();

        Assert.Equal(text.Split('\n'), lines);
    }
}
