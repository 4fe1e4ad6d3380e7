using System.Text;

namespace DockerArchive.Catalog;

/// <summary>Splits a compose <c>command</c> string into words as a POSIX shell would, without expanding anything.</summary>
internal static class CommandLineWords
{
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static string[] Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                inWord = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                inWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (quote != '\0')
            throw new FormatException($"'{text}' lacks a closing {quote}");
        if (inWord)
            words.Add(word.ToString());
        return [.. words];
    }
}
