using System.Buffers;

namespace DockerArchive.Buildkit;

/// <summary>The shapes that a single line of plain progress can have, judged without its surroundings.</summary>
internal static class PlainLine
{
    private const int EventColumns = 13;
    private const int MaxNumberDigits = 9;
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>Reads <c>#5 </c>.</summary>
    /// <returns>The length of the prefix, or 0.</returns>
    public static int ReadNumber(ReadOnlySpan<byte> line, out int number)
    {
        number = 0;
        if (line.Length < 3 || line[0] != '#')
            return 0;
        int at = 1;
        for (; at < line.Length && (uint)(line[at] - '0') <= 9; at++)
        {
            if (at > MaxNumberDigits)
                return 0;
            number = (number * 10) + line[at] - '0';
        }

        return at > 1 && at < line.Length && line[at] == ' ' ? at + 1 : 0;
    }

    /// <summary>Reads the seconds before a log line and the blank after them, which a paste may have lost on an empty line.</summary>
    /// <returns>The length of both, or 0.</returns>
    public static int ReadLogTime(ReadOnlySpan<byte> rest, out TimeSpan offset)
    {
        int length = PrintedTime.ReadSeconds(rest, out offset);
        if (length < 4)
            return 0;
        if (length == rest.Length)
            return length;
        return rest[length] == ' ' ? length + 1 : 0;
    }

    /// <summary>Reads the word that ends a step since v0.5; not <c>ERROR</c>, whose text follows.</summary>
    public static bool TryEnd(ReadOnlySpan<byte> rest, out BuildStepState state, out TimeSpan? duration)
    {
        duration = null;
        state = BuildStepState.Done;
        if (rest.SequenceEqual("DONE"u8))
            return true;
        if (rest.StartsWith("DONE "u8) && rest[^1] == 's')
        {
            ReadOnlySpan<byte> figure = rest[5..^1];
            if (PrintedTime.ReadSeconds(figure, out TimeSpan value) != figure.Length || figure.IsEmpty)
                return false;
            duration = value;
            return true;
        }

        state = BuildStepState.Cached;
        if (rest.SequenceEqual("CACHED"u8))
            return true;
        state = BuildStepState.Canceled;
        return rest.SequenceEqual("CANCELED"u8);
    }

    /// <summary>Reads an event line of v0.3 and v0.4: a key, right-aligned in 13 columns, and a value.</summary>
    public static bool TryEvent(ReadOnlySpan<byte> rest, out PlainEventKey key, out ReadOnlySpan<byte> value)
    {
        key = default;
        value = default;
        if (rest.Length <= EventColumns || rest[0] != ' ' || rest[EventColumns] != ' ')
            return false;
        value = rest[(EventColumns + 1)..];
        ReadOnlySpan<byte> word = rest[..EventColumns].TrimStart((byte)' ');
        key = word.SequenceEqual("digest:"u8) ? PlainEventKey.Digest
            : word.SequenceEqual("name:"u8) ? PlainEventKey.Name
            : word.SequenceEqual("started:"u8) ? PlainEventKey.Started
            : word.SequenceEqual("completed:"u8) ? PlainEventKey.Completed
            : word.SequenceEqual("duration:"u8) ? PlainEventKey.Duration
            : word.SequenceEqual("cached:"u8) ? PlainEventKey.Cached
            : word.SequenceEqual("error:"u8) ? PlainEventKey.Error
            : PlainEventKey.None;
        return key != PlainEventKey.None;
    }

    /// <summary>BuildKit's own rule: an error that ends in these words is a cancellation.</summary>
    public static BuildStepState StateOf(ReadOnlySpan<byte> error) =>
        error.IsEmpty ? BuildStepState.Done
        : error.EndsWith("context canceled"u8) ? BuildStepState.Canceled
        : BuildStepState.Failed;

    /// <summary>A whole digest and nothing else, the second line of a block in v0.8 and docker 20.10.</summary>
    public static bool IsDigest(ReadOnlySpan<byte> rest) =>
        rest.Length == 71 && rest.StartsWith("sha256:"u8)
        && rest[7..].IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>Reads the place of an error in its source, <c>Dockerfile:3</c>.</summary>
    public static bool TryPosition(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> file, out int number)
    {
        int colon = line.LastIndexOf((byte)':');
        file = colon > 0 ? line[..colon] : default;
        number = 0;
        ReadOnlySpan<byte> digits = line[(colon + 1)..];
        if (file.IsEmpty || digits.IsEmpty || digits.Length > MaxNumberDigits)
            return false;
        foreach (byte digit in digits)
        {
            if ((uint)(digit - '0') > 9)
                return false;
            number = (number * 10) + digit - '0';
        }

        return true;
    }

    /// <summary>
    /// What a process prints before its part of an error's stack: pid, version and command line
    /// (<c>30583 v0.10.5 docker-buildx --debug …</c>).
    /// </summary>
    public static bool IsStackHeader(ReadOnlySpan<byte> line)
    {
        int digits = line.IndexOfAnyExcept(Digits);
        return digits > 0 && line[digits..].StartsWith(" v"u8) && digits + 2 < line.Length
            && (uint)(line[digits + 2] - '0') <= 9;
    }

    /// <summary>A source line of the error's excerpt, <c>   3 | &gt;&gt;&gt; RUN …</c>.</summary>
    public static bool IsExcerpt(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> figure = line.TrimStart((byte)' ');
        int digits = figure.IndexOfAnyExcept(Digits);
        return digits > 0 && figure[digits..].StartsWith(" |"u8);
    }
}
