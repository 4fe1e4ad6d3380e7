using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>The peer of counting: the same forms on characters in a buffer, so that nothing is made of a line.</summary>
internal sealed class RegexCounter
{
    private readonly int[] _counts = new int[(int)BuildEventKind.BuildFailed + 1];
    private char[] _buffer = new char[64 * 1024];

    public int LogLines => _counts[(int)BuildEventKind.StepLog];

    public void ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        int kept = 0;
        while (true)
        {
            int read = reader.Read(_buffer.AsSpan(kept));
            ReadOnlySpan<char> text = _buffer.AsSpan(0, kept + read);
            if (read == 0)
            {
                Count(text);
                return;
            }

            for (int end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n'))
            {
                Count(text[..end]);
                text = text[(end + 1)..];
            }

            kept = text.Length;
            text.CopyTo(_buffer);
            if (kept == _buffer.Length)
                Array.Resize(ref _buffer, kept * 2);
        }
    }

    private void Count(ReadOnlySpan<char> line) => _counts[(int)KindOf(line.TrimEnd('\r'))]++;

    private static BuildEventKind KindOf(ReadOnlySpan<char> line) =>
        LinePatterns.WithoutCaptures.Log.IsMatch(line) ? BuildEventKind.StepLog
        : LinePatterns.WithoutCaptures.End.IsMatch(line) ? BuildEventKind.StepCompleted
        : LinePatterns.WithoutCaptures.Header.IsMatch(line) ? BuildEventKind.StepStarted
        : LinePatterns.WithoutCaptures.Warning.IsMatch(line) ? BuildEventKind.StepWarned
        : LinePatterns.WithoutCaptures.Status.IsMatch(line) ? BuildEventKind.TransferUpdated
        : BuildEventKind.Unrecognised;
}
