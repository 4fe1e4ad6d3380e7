using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Files;

/// <summary>Paths in a guest as words of its shell.</summary>
internal static class GuestGlob
{
    /// <summary>A path that no command takes for an option; <c>~</c> is the login's home directory, where commands start.</summary>
    public static string Normalize(string path) =>
        path is "~" ? "." : path.StartsWith("~/", StringComparison.Ordinal) ? $"./{path[2..]}" : path.StartsWith('/') ? path : $"./{path}";

    /// <summary>A word in which PowerShell's wildcards are the shell's, and all else is itself.</summary>
    public static string Word(string pattern)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(pattern))
            return ShellWord.Quote(Normalize(WildcardPattern.Unescape(pattern)));

        pattern = Normalize(pattern);
        var word = new StringBuilder();
        var plain = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            var close = c == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (c == '`' && i + 1 < pattern.Length)
            {
                plain.Append(pattern[++i]);
            }
            else if (c is '*' or '?' || close > 0)
            {
                Flush();
                word.Append(c);
                for (; i < close; i++)
                    word.Append(i + 1 == close ? "]" : pattern[i + 1] == '-' ? "-" : ShellWord.Quote(pattern[i + 1].ToString()));
            }
            else
            {
                plain.Append(c);
            }
        }

        Flush();
        return word.ToString();

        void Flush()
        {
            if (plain.Length > 0)
                word.Append(ShellWord.Quote(plain.ToString()));
            plain.Clear();
        }
    }
}
