using System.Text;
using System.Text.RegularExpressions;

namespace DockerArchive.Buildkit;

/// <summary>
/// A <c>.dockerignore</c> file. Patterns mean what they mean to BuildKit (github.com/moby/patternmatcher): the last
/// one that matches a path or one of its parents decides.
/// </summary>
internal sealed class DockerIgnore
{
    private readonly List<(Regex Pattern, bool Negated)> _patterns = [];

    /// <summary>Ignores nothing.</summary>
    public static DockerIgnore None { get; } = new();

    /// <summary>Whether a pattern can bring back what an earlier one took away.</summary>
    public bool HasExceptions { get; private init; }

    /// <exception cref="FormatException">A pattern is malformed; the message starts with its line number.</exception>
    public static DockerIgnore Parse(string text)
    {
        var patterns = new List<(Regex, bool)>();
        var number = 0;
        foreach (var raw in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            if (raw.StartsWith('#'))
                continue;
            var pattern = raw.Trim();
            var negated = pattern.StartsWith('!');
            if (negated)
                pattern = pattern[1..].Trim();
            if (pattern.Length == 0)
            {
                if (negated)
                    throw new FormatException($"{number}: '!' stands alone");
                continue;
            }

            var clean = Clean(pattern);
            if (clean == ".")
                continue;
            try
            {
                patterns.Add((new Regex(ToRegex(clean), RegexOptions.CultureInvariant), negated));
            }
            catch (ArgumentException e)
            {
                throw new FormatException($"{number}: '{pattern}' is no pattern", e);
            }
        }

        var result = new DockerIgnore { HasExceptions = patterns.Any(p => p.Item2) };
        result._patterns.AddRange(patterns);
        return result;
    }

    /// <param name="path">Path relative to the context, with forward slashes.</param>
    public bool Ignores(string path)
    {
        var ignored = false;
        foreach (var (pattern, negated) in _patterns)
        {
            // A pattern that could not change the verdict need not be tried.
            if (negated == ignored && MatchesPathOrParent(pattern, path))
                ignored = !negated;
        }

        return ignored;
    }

    private static bool MatchesPathOrParent(Regex pattern, string path)
    {
        if (pattern.IsMatch(path))
            return true;
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (pattern.IsMatch(path[..slash]))
                return true;
        }

        return false;
    }

    /// <summary>Go's <c>path.Clean</c>, without a leading slash.</summary>
    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in pattern.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".." || pattern[0] != '/')
                parts.Add(part);
        }

        return parts.Count == 0 ? "." : string.Join('/', parts);
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder("\\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    regex.Append(i + 1 == pattern.Length ? ".*" : "(.*/)?");
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '\\' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' or ']' or '^' or '-':
                    regex.Append(c);
                    break;
                default:
                    regex.Append(Regex.Escape(c.ToString()));
                    break;
            }
        }

        return regex.Append("\\z").ToString();
    }
}
