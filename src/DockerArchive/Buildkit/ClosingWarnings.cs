namespace DockerArchive.Buildkit;

/// <summary>
/// The list that buildx and docker print after the blocks (<c> 2 warnings found (use docker --debug to expand):</c>), whose
/// title they colour even where there is no terminal.
/// </summary>
internal static class ClosingWarnings
{
    /// <summary>Whether it is the title, and whether details follow, as with --debug.</summary>
    public static bool IsTitle(ReadOnlySpan<byte> line, out bool detailed)
    {
        ReadOnlySpan<byte> text = SkipColours(line);
        int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        detailed = text.EndsWith(" found:"u8);
        return digits > 0
            && (text[digits..].StartsWith(" warning found"u8) || text[digits..].StartsWith(" warnings found"u8));
    }

    public static bool TryEntry(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = SkipColours(line);
        if (!text.StartsWith("- "u8))
            return false;
        text = text[2..];
        return true;
    }

    private static ReadOnlySpan<byte> SkipColours(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart((byte)' ');
        while (line.StartsWith("\u001b["u8))
        {
            int end = line.IndexOf((byte)'m');
            if (end < 0)
                break;
            line = line[(end + 1)..].TrimStart((byte)' ');
        }

        return line;
    }
}
