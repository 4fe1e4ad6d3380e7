namespace DockerArchive.Catalog;

/// <summary>Finds the names a user may have meant.</summary>
internal static class NearestName
{
    /// <summary>The closest of <paramref name="candidates"/> first; those that have nothing to do with the text are left out.</summary>
    public static IReadOnlyList<string> Find(string text, IEnumerable<string> candidates, int count = 3)
    {
        var wanted = text.ToUpperInvariant();
        return candidates
            .Select(name => (name, distance: Distance(wanted, name.ToUpperInvariant())))
            .Where(c => c.distance <= Math.Max(2, Math.Max(wanted.Length, c.name.Length) / 2))
            .OrderBy(c => c.distance)
            .ThenBy(c => c.name, StringComparer.Ordinal)
            .Take(count)
            .Select(c => c.name)
            .ToArray();
    }

    /// <summary>Levenshtein distance, but a text that is contained counts as near however much is missing.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 1 && b.Contains(a, StringComparison.Ordinal))
            return 1;

        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitute, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
