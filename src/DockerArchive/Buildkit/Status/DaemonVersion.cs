using System.Diagnostics.CodeAnalysis;

namespace DockerArchive.Buildkit;

/// <summary>
/// What <c>buildkitd --version</c> and <c>buildctl --version</c> print, all versions:
/// <c>buildkitd github.com/moby/buildkit v0.4.0 c35410878ab9070498c66f6c67d3e8bc3b92241f</c>.
/// </summary>
public sealed record DaemonVersion
{
    /// <summary>Name of the program: <c>buildkitd</c>.</summary>
    public string? Product { get; init; }

    /// <summary>Go package it was built from: <c>github.com/moby/buildkit</c>.</summary>
    public string? Package { get; init; }

    /// <summary>Version as printed: <c>v0.4.0</c>, <c>20.10.24+dfsg1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Commit it was built from, as long as it was printed.</summary>
    public string? Revision { get; init; }

    /// <summary>Reads the first line of the output that names a version.</summary>
    /// <param name="text">The output.</param>
    /// <param name="version">The version.</param>
    /// <returns>False when there is none.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DaemonVersion? version)
    {
        version = null;
        foreach (var line in (text ?? "").Split('\n'))
        {
            if (ParseLine(line.Split([' ', '\t', '\r', ','], StringSplitOptions.RemoveEmptyEntries)) is not { } parsed)
                continue;
            version = parsed;
            return true;
        }

        return false;
    }

    /// <summary>Reads the first line of the output that names a version.</summary>
    /// <param name="text">The output.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">There is none.</exception>
    public static DaemonVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var version)
            ? version
            : throw new FormatException("The text names no version: expected 'buildkitd PACKAGE VERSION REVISION'.");
    }

    /// <summary>The fields as the program prints them.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        string.Join(' ', new[] { Product, Package, Version, Revision }.Where(field => field is not null));

    private static DaemonVersion? ParseLine(string[] words)
    {
        var at = Array.FindIndex(words, LooksLikeVersion);
        if (at < 0)
            return null;

        // Before the version: the product, the package, or both. A package is a path.
        var before = words[..at];
        if (before.Length > 0 && before[^1] == "version")
            before = before[..^1];
        var package = Array.Find(before, word => word.Contains('/', StringComparison.Ordinal));
        var product = Array.Find(before, word => !word.Contains('/', StringComparison.Ordinal));
        var after = Array.FindAll(words[(at + 1)..], word => word != "build");
        return new DaemonVersion
        {
            Product = product,
            Package = package,
            Version = words[at],
            Revision = after.Length > 0 ? after[0] : null,
        };
    }

    // v0.4.0, 20.10.24+dfsg1, 0.0.0+unknown; a program's name or package has no digit in front.
    private static bool LooksLikeVersion(string word)
    {
        var number = word.AsSpan(word.StartsWith('v') ? 1 : 0);
        return number.Length > 0 && char.IsAsciiDigit(number[0]) && number.Contains('.');
    }
}
