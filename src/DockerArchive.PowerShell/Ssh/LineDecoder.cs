using System.Text;

namespace DockerArchive.Ssh;

/// <summary>Makes lines of UTF-8 that arrives in pieces, and hands out each as soon as it has ended.</summary>
internal sealed class LineDecoder(Func<string, ValueTask> line)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _open = new();
    private char[] _chars = new char[16 * 1024];

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var needed = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_chars.Length < needed)
            _chars = new char[needed];
        var text = _chars.AsMemory(0, _decoder.GetChars(bytes.Span, _chars, flush: false));
        int end;
        while ((end = text.Span.IndexOf('\n')) >= 0)
        {
            var ended = text[..end];
            text = text[(end + 1)..];
            if (_open.Length == 0)
            {
                await line(WithoutReturn(ended.Span).ToString());
                continue;
            }

            _open.Append(ended.Span);
            await FlushAsync();
        }

        _open.Append(text.Span);
    }

    /// <summary>Hands out a last line that has no end.</summary>
    public async ValueTask CompleteAsync()
    {
        _open.Append(_chars, 0, _decoder.GetChars([], _chars, flush: true));
        if (_open.Length > 0)
            await FlushAsync();
    }

    private ValueTask FlushAsync()
    {
        if (_open[^1] == '\r')
            _open.Length--;
        var text = _open.ToString();
        _open.Clear();
        return line(text);
    }

    private static ReadOnlySpan<char> WithoutReturn(ReadOnlySpan<char> text) => text is [.., '\r'] ? text[..^1] : text;
}
