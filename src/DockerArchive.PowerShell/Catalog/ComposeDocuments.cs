using System.Collections.Concurrent;

namespace DockerArchive.Catalog;

/// <summary>The compose files of one reading, each read once.</summary>
internal sealed class ComposeDocuments
{
    /// <summary>What files held when they were last read; a file with the same text is not parsed again.</summary>
    private static readonly ConcurrentDictionary<string, (string Text, IReadOnlyList<ComposeDocument> Documents)> Parsed =
        new(StringComparer.Ordinal);

    private readonly Dictionary<string, IReadOnlyList<ComposeDocument>> _read = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _lookup;

    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    public ComposeDocuments(Func<string, string?> lookup) => _lookup = lookup;

    /// <summary>Full paths of all that were read.</summary>
    public IEnumerable<string> Files => _read.Keys;

    /// <summary>The documents of a file, with its variables expanded.</summary>
    /// <exception cref="BrokenEnvironmentException">The file is missing or malformed.</exception>
    public IReadOnlyList<ComposeDocument> Read(string file)
    {
        if (!_read.TryGetValue(file, out var documents))
        {
            documents = [.. Parse(file).Select(d => d with { Root = ComposeInterpolation.Expand(d.Root, _lookup) })];
            _read.Add(file, documents);
        }

        return documents;
    }

    /// <summary>The documents of a file as they stand there.</summary>
    /// <exception cref="BrokenEnvironmentException">The file is missing or malformed.</exception>
    public static IReadOnlyList<ComposeDocument> Parse(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            if (Parsed.TryGetValue(file, out var earlier) && earlier.Text == text)
                return earlier.Documents;
            var documents = ComposeYaml.Parse(file, text);
            Parsed[file] = (text, documents);
            return documents;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(file, null, e.Message, e);
        }
    }
}
