using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace DockerArchive.Buildkit;

/// <summary>
/// A <c>.dockerignore</c> file. Patterns mean what they mean to BuildKit (github.com/moby/patternmatcher on Linux, as its
/// walk uses it): the last one that matches a path, or that had to be tried on one of its parents and matched, decides.
/// </summary>
internal sealed class DockerIgnore
{
    private readonly List<Pattern> _patterns = [];

    /// <summary>Ignores nothing.</summary>
    public static DockerIgnore None { get; } = new();

    /// <exception cref="FormatException">A pattern is malformed; the message starts with its line number.</exception>
    public static DockerIgnore Parse(string text)
    {
        var result = new DockerIgnore();
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

            try
            {
                var clean = Clean(pattern);
                if (clean != ".")
                    result._patterns.Add(new Pattern(clean, negated));
            }
            catch (ArgumentException e)
            {
                throw new FormatException($"{number}: '{pattern}' is no pattern", e);
            }
        }

        return result;
    }

    /// <param name="path">Path relative to the context, with forward slashes.</param>
    /// <param name="parent">What was matched for the directory it lies in; null in the context itself.</param>
    /// <param name="matched">Which patterns match, for what lies below.</param>
    /// <remarks>A pattern that cannot change the verdict is not tried, and so not inherited: BuildKit's walk does the same.</remarks>
    public bool Ignores(string path, bool[]? parent, out bool[] matched)
    {
        var ignored = false;
        matched = new bool[_patterns.Count];
        for (var i = 0; i < matched.Length; i++)
        {
            var pattern = _patterns[i];
            matched[i] = parent?[i] == true || (pattern.Negated == ignored && pattern.Matches(path));
            if (matched[i])
                ignored = !pattern.Negated;
        }

        return ignored;
    }

    /// <summary>Whether a pattern may bring back something below an ignored directory.</summary>
    public bool MayKeepBelow(string directory)
    {
        var exceptions = _patterns.Where(p => p.Negated);
        return exceptions.Any(p => p.HasWildcards) || exceptions.Any(p => $"{p.Stem}/".StartsWith($"{directory}/", StringComparison.Ordinal));
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

    private sealed class Pattern
    {
        private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?[]\\");

        private readonly Func<string, bool> _matches;

        public Pattern(string text, bool negated)
        {
            CheckSyntax(text);
            Negated = negated;
            Stem = text.EndsWith("/**", StringComparison.Ordinal) ? text[..^3] : text.EndsWith("/*", StringComparison.Ordinal) ? text[..^2] : text;
            _matches = Compile(text);
        }

        public bool Negated { get; }

        /// <summary>The pattern without a wildcard for everything below.</summary>
        public string Stem { get; }

        public bool HasWildcards => Stem.AsSpan().IndexOfAny(Wildcards) >= 0 || Stem.Contains('^', StringComparison.Ordinal);

        public bool Matches(string path) => _matches(path);

        /// <summary>
        /// Two stars at an end and nothing else special make a prefix or suffix, in which also <c>^</c> stands for itself, and
        /// before which a suffix needs no slash: <c>**foo</c> matches <c>xfoo</c>.
        /// </summary>
        private static Func<string, bool> Compile(string text)
        {
            if (IsPlain(text))
                return path => path == text;
            if (text.StartsWith("**", StringComparison.Ordinal) && IsPlain(text[2..]))
            {
                var suffix = text[2..];
                return path => path.EndsWith(suffix, StringComparison.Ordinal) || (suffix.StartsWith('/') && path == suffix[1..]);
            }

            if (text.EndsWith("**", StringComparison.Ordinal) && IsPlain(text[..^2]))
            {
                var prefix = text[..^2];
                return path => path.StartsWith(prefix, StringComparison.Ordinal);
            }

            return new Regex(ToRegex(text), RegexOptions.CultureInvariant).IsMatch;
        }

        private static bool IsPlain(string text) => text.AsSpan().IndexOfAny(Wildcards) < 0;

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
                    case '\\':
                        regex.Append(Escape(pattern[++i]));
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

        /// <summary>BuildKit leaves an escape to Go's regular expressions, where letters have their classes.</summary>
        private static string Escape(char c) => c switch
        {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            's' => "[\\t\\n\\f\\r ]",
            'S' => "[^\\t\\n\\f\\r ]",
            'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or 'A' or 'B' or 'z' => $"\\{c}",
            _ when char.IsAsciiLetterOrDigit(c) => throw new ArgumentException($"unknown escape \\{c}"),
            _ => Regex.Escape(c.ToString()) is { Length: > 1 } escaped ? escaped : char.IsAscii(c) ? $"\\{c}" : c.ToString(),
        };

        /// <summary>The syntax of Go's <c>filepath.Match</c>, which BuildKit asks first.</summary>
        private static void CheckSyntax(string pattern)
        {
            for (var i = 0; i < pattern.Length; i++)
            {
                if (pattern[i] == '\\')
                {
                    Next(ref i);
                }
                else if (pattern[i] == '[')
                {
                    Next(ref i);
                    if (pattern[i] == '^')
                        Next(ref i);
                    for (var ranges = 0; ranges == 0 || pattern[i] != ']'; ranges++)
                    {
                        Single(ref i);
                        if (pattern[i] == '-')
                        {
                            Next(ref i);
                            Single(ref i);
                        }
                    }
                }
            }

            void Single(ref int i)
            {
                if (pattern[i] is '-' or ']')
                    throw new ArgumentException("empty range");
                if (pattern[i] == '\\')
                    Next(ref i);
                Next(ref i);
            }

            void Next(ref int i)
            {
                if (++i == pattern.Length)
                    throw new ArgumentException("no end");
            }
        }
    }
}
