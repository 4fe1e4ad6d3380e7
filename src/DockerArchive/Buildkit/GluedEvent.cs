namespace DockerArchive.Buildkit;

/// <summary>
/// Finds what BuildKit wrote behind a log line whose newline had not come yet: up to v0.10 <c>#5 0.2 text#5 DONE 0.3s</c>,
/// in v0.3 and v0.4 <c>#5 0.2 text#5    completed: …</c>.
/// </summary>
internal static class GluedEvent
{
    /// <summary>Finds the start of the glued line within a log line.</summary>
    /// <param name="text">The log line from its text on.</param>
    /// <param name="step">The number of the step that wrote it.</param>
    /// <param name="eventLines">The output has the event lines of v0.3 and v0.4.</param>
    /// <param name="needsNextLine">Only the line after this one tells whether the step itself wrote that text.</param>
    /// <returns>The index of its <c>#</c>, or -1.</returns>
    public static int Find(ReadOnlySpan<byte> text, int step, bool eventLines, out bool needsNextLine)
    {
        needsNextLine = false;
        if (text.IsEmpty)
            return -1;
        byte last = text[^1];
        if (eventLines)
            return last is (byte)'C' or (byte)'e' or (byte)'"' ? FindEventLine(text, step, last, out needsNextLine) : -1;
        if (last is not ((byte)'s' or (byte)'E' or (byte)'D'))
            return -1;
        int at = text.LastIndexOf((byte)'#');
        if (at < 0 || !IsOf(text[at..], step, out ReadOnlySpan<byte> rest))
            return -1;
        needsNextLine = true;
        return PlainLine.TryEnd(rest, out _, out _) ? at : -1;
    }

    /// <summary>Finds buildctl's final error behind the last log line of a stream that broke off.</summary>
    /// <returns>The index of the error, or -1.</returns>
    public static int FindError(ReadOnlySpan<byte> text) =>
        // Most lines have no colon, which one byte tells faster than many.
        text.Contains((byte)':') ? text.IndexOf("error: failed to "u8) : -1;

    /// <summary>
    /// Finds a line of the printer behind the bytes of a tar, which v0.3 and v0.4 write to the same stream. A tar's last
    /// bytes are zero.
    /// </summary>
    /// <returns>The index of the <c>#</c>, or -1.</returns>
    public static int FindAfterTar(ReadOnlySpan<byte> line, int step)
    {
        int zero = line.LastIndexOf("\0#"u8);
        return zero >= 0 && IsOf(line[(zero + 1)..], step, out _) ? zero + 1 : -1;
    }

    private static int FindEventLine(ReadOnlySpan<byte> text, int step, byte last, out bool needsNextLine)
    {
        needsNextLine = false;
        int at = last == '"' ? text.IndexOf("        error: \""u8) : text.LastIndexOf((byte)'#');
        if (at < 0)
            return -1;
        if (last == '"')
            at = text[..at].LastIndexOf((byte)'#');
        if (at < 0 || !IsOf(text[at..], step, out ReadOnlySpan<byte> rest)
            || !PlainLine.TryEvent(rest, out PlainEventKey key, out ReadOnlySpan<byte> value))
            return -1;
        needsNextLine = key == PlainEventKey.Completed;
        bool valid = key switch
        {
            PlainEventKey.Started or PlainEventKey.Completed => PrintedTime.TryTime(value, out _),
            PlainEventKey.Cached => value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8),
            PlainEventKey.Error => true,
            _ => false,
        };
        return valid ? at : -1;
    }

    private static bool IsOf(ReadOnlySpan<byte> line, int step, out ReadOnlySpan<byte> rest)
    {
        int prefix = PlainLine.ReadNumber(line, out int number);
        rest = line[prefix..];
        return prefix > 0 && number == step;
    }
}
