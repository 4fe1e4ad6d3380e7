namespace DockerArchive.Catalog;

/// <summary>The text of a compose <c>.env</c> file: <c>KEY=value</c> lines, <c>#</c> comments, optional quotes.</summary>
internal static class DotEnv
{
    /// <exception cref="FormatException">A line is no assignment; the message starts with its number.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var rawLine in text.Split('\n'))
        {
            number++;
            var line = rawLine.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart();

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : line[..equals].TrimEnd();
            if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
                throw new FormatException($"{number}: '{line}' is not KEY=value");

            settings[key] = Unquote(line[(equals + 1)..].Trim());
        }

        return settings;
    }

    private static string Unquote(string value)
    {
        if (value.Length > 0 && value[0] is ('"' or '\''))
        {
            var end = value.IndexOf(value[0], 1);
            if (end > 0)
                return value[1..end];
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
