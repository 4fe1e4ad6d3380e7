using System.Diagnostics.CodeAnalysis;

namespace DockerArchive.Systemd;

/// <summary>Names of systemd units, as a user types them.</summary>
public static class UnitName
{
    private static readonly string[] Suffixes =
    [
        ".service", ".socket", ".target", ".device", ".mount", ".automount", ".swap", ".timer", ".path", ".slice",
        ".scope",
    ];

    /// <summary>
    /// Completes a name as systemctl does: <c>buildkit</c> becomes <c>buildkit.service</c>. Refused are names that no
    /// unit can have: wildcards, which systemctl would take for patterns, and any other character outside letters,
    /// digits and <c>:-_.\@</c> (<c>\x2d</c> and its like are how unit names carry the rest).
    /// </summary>
    /// <param name="name">The name, with or without its suffix.</param>
    /// <param name="unit">The complete name.</param>
    /// <returns>False when no unit can be named so.</returns>
    public static bool TryComplete(string? name, [NotNullWhen(true)] out string? unit)
    {
        unit = null;
        if (string.IsNullOrEmpty(name) || name[0] is '.' or '@' or '-')
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !":-_.\\@".Contains(c, StringComparison.Ordinal))
                return false;
        }

        var complete = SuffixOf(name) is null ? $"{name}.service" : name;
        if (complete.Length > 255)
            return false;
        unit = complete;
        return true;
    }

    /// <summary>Whether a word is the whole name of a unit, with its suffix.</summary>
    internal static bool IsComplete(string? word) => TryComplete(word, out var unit) && unit.Length == word!.Length;

    /// <summary>The name of the unit of another type beside a unit: the socket of <c>buildkit.service</c>.</summary>
    /// <param name="unit">A complete unit name.</param>
    /// <param name="suffix">The wanted type with its dot, such as <c>.socket</c>.</param>
    /// <returns>The other unit's name.</returns>
    public static string Sibling(string unit, string suffix)
    {
        ArgumentException.ThrowIfNullOrEmpty(unit);
        ArgumentException.ThrowIfNullOrEmpty(suffix);
        return SuffixOf(unit) is { } own ? unit[..^own.Length] + suffix : unit + suffix;
    }

    private static string? SuffixOf(string name) =>
        Array.Find(Suffixes, suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal));
}
