namespace DockerArchive.Catalog;

/// <summary>What the catalogue tells of a README.md.</summary>
/// <param name="Title">The first heading of the first level.</param>
/// <param name="Usage">The section under a heading <c>usage</c>, up to the next of its level or above.</param>
internal sealed record Readme(string? Title, string? Usage)
{
    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="BrokenEnvironmentException">It cannot be read.</exception>
    public static Readme? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            return Parse(File.ReadLines(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(file, null, e.Message, e);
        }
    }

    private static Readme Parse(IEnumerable<string> lines)
    {
        string? title = null;
        List<string>? usage = null;
        var (usageLevel, inCode) = (0, false);
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                inCode = !inCode;
            var level = inCode ? 0 : line.Length - line.TrimStart('#').Length;
            if (level > 0 && line.AsSpan(level).StartsWith(" "))
            {
                var heading = line[level..].Trim().TrimEnd('#').Trim();
                title ??= level == 1 ? heading : null;
                if (usage is not null && level <= usageLevel)
                    break;
                if (usage is null && heading.Equals("usage", StringComparison.OrdinalIgnoreCase))
                {
                    (usage, usageLevel) = ([], level);
                    continue;
                }
            }

            usage?.Add(line);
        }

        var text = usage is null ? null : string.Join('\n', usage).Trim('\n');
        return new Readme(title, text is { Length: > 0 } ? text : null);
    }
}
