using System.Globalization;

namespace DockerArchive.Catalog;

/// <summary>Orders names so that numbers in them count as numbers: v0.9.0 before v0.10.0, and a release after its candidates.</summary>
internal sealed class EnvironmentOrder : IComparer<string>
{
    private static readonly string[] Candidates = ["rc", "beta", "alpha"];

    public static EnvironmentOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (x ?? "", y ?? "");
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (IsCandidate(a, i) != IsCandidate(b, j))
                return IsCandidate(a, i) ? -1 : 1;
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var order = Number(a, ref i).CompareTo(Number(b, ref j));
                if (order != 0)
                    return order;
            }
            else if (a[i] != b[j])
            {
                return char.ToLowerInvariant(a[i]).CompareTo(char.ToLowerInvariant(b[j])) is var order and not 0
                    ? order
                    : a[i].CompareTo(b[j]);
            }
            else
            {
                i++;
                j++;
            }
        }

        return EndsBefore(a, i, b, j);
    }

    /// <summary>The shorter comes first, but <c>v0.11.0-rc1</c> comes before <c>v0.11.0</c>.</summary>
    private static int EndsBefore(string a, int i, string b, int j) => (a.Length - i, b.Length - j) switch
    {
        (0, 0) => 0,
        (0, _) => IsCandidate(b, j) ? 1 : -1,
        _ => IsCandidate(a, i) ? -1 : 1,
    };

    private static bool IsCandidate(string text, int at) =>
        text[at] == '-' && Array.Exists(Candidates, word => text.AsSpan(at + 1).StartsWith(word, StringComparison.OrdinalIgnoreCase));

    private static decimal Number(string text, ref int index)
    {
        var start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index]) && index - start < 28)
            index++;
        return decimal.Parse(text.AsSpan(start, index - start), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
