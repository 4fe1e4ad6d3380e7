namespace DockerArchive.Catalog;

/// <summary>What the catalogue tells of a README.md.</summary>
/// <param name="Title">The first heading of the first level.</param>
/// <param name="Usage">The section under a heading <c>usage</c>, up to the next of its level or above.</param>
internal sealed record Readme(string? Title, string? Usage)
{
    public static Readme Parse(string text)
    {
        string? title = null;
        List<string>? usage = null;
        var (usageLevel, inCode) = (0, false);
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')))
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

        var section = usage is null ? null : string.Join('\n', usage).Trim('\n');
        return new Readme(title, section is { Length: > 0 } ? section : null);
    }
}
