using System.Text;

namespace DockerArchive.Docker;

/// <summary>Makes lines of text that arrives in pieces.</summary>
internal sealed class LineSplitter(Action<string> line)
{
    private readonly StringBuilder _open = new();

    public void Write(ReadOnlySpan<char> text)
    {
        int end;
        while ((end = text.IndexOf('\n')) >= 0)
        {
            _open.Append(text[..end]);
            Flush();
            text = text[(end + 1)..];
        }

        _open.Append(text);
    }

    /// <summary>Gives out an unfinished last line.</summary>
    public void Flush()
    {
        if (_open.Length == 0)
            return;
        line(_open.ToString().TrimEnd('\r'));
        _open.Clear();
    }
}
