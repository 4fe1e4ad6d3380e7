using System.Globalization;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>Takes the output of <see cref="GuestStatusScript"/> apart at the lines that begin with its token.</summary>
internal sealed class GuestStatusFrames
{
    private readonly List<GuestStatusPart> _parts = [];
    private string? _name;
    private byte[]? _output;

    private GuestStatusFrames()
    {
    }

    public IReadOnlyList<GuestStatusPart> Parts => _parts;

    /// <summary>Whether the script's first line is there.</summary>
    public bool Started { get; private set; }

    /// <summary>Whether the script's last line is there.</summary>
    public bool Finished { get; private set; }

    public static GuestStatusFrames Read(ReadOnlySpan<byte> output, string token)
    {
        var frames = new GuestStatusFrames();
        var mark = Encoding.ASCII.GetBytes(token + " ");
        var contentStart = 0;
        while (FindMark(output, contentStart, mark) is var at and >= 0)
        {
            var lineLength = output[at..].IndexOf((byte)'\n');
            if (lineLength < 0)
                break;

            var line = Encoding.UTF8.GetString(output.Slice(at + mark.Length, lineLength - mark.Length));
            frames.Accept(line, output[contentStart..Math.Max(contentStart, at - 1)]);
            contentStart = at + lineLength + 1;
        }

        frames.AcceptRest(output[contentStart..]);
        return frames;
    }

    private static int FindMark(ReadOnlySpan<byte> output, int start, ReadOnlySpan<byte> mark)
    {
        while (output[start..].IndexOf(mark) is var found and >= 0)
        {
            var at = start + found;
            if (at == 0 || output[at - 1] == '\n')
                return at;
            start = at + mark.Length;
        }

        return -1;
    }

    private void Accept(string line, ReadOnlySpan<byte> content)
    {
        var words = line.Split(' ', 3);
        switch (words)
        {
            case ["report", ..]:
                Started = true;
                break;
            case ["begin", var name]:
                (_name, _output) = (name, null);
                break;
            case ["stderr", _]:
                _output = content.ToArray();
                break;
            case ["end", _, var code] when _name is not null && _output is not null:
                _parts.Add(new GuestStatusPart
                {
                    Name = _name,
                    Output = _output,
                    Error = Encoding.UTF8.GetString(content),
                    ExitCode = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exit)
                        ? exit
                        : null,
                });
                _name = null;
                break;
            case ["skip", var name, var reason]:
                _parts.Add(new GuestStatusPart { Name = name, SkipReason = reason });
                break;
            case ["done"]:
                Finished = true;
                break;
        }
    }

    // The connection broke within a part: what came of it is better than nothing.
    private void AcceptRest(ReadOnlySpan<byte> content)
    {
        if (_name is not null)
            _parts.Add(new GuestStatusPart { Name = _name, Output = _output ?? content.ToArray() });
    }
}
