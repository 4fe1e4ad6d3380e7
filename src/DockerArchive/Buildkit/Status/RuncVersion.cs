using System.Diagnostics.CodeAnalysis;

namespace DockerArchive.Buildkit;

/// <summary>What <c>runc --version</c> prints. Version and spec since 1.0.0-rc, the rest from 1.0 on.</summary>
public sealed record RuncVersion
{
    /// <summary>Version: <c>1.0.0-rc7</c>, <c>1.1.5+ds1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Commit or package version it was built from: <c>v1.1.7-0-g860f061b</c>.</summary>
    public string? Commit { get; init; }

    /// <summary>Version of the OCI runtime specification: <c>1.0.1-dev</c>.</summary>
    public string? Spec { get; init; }

    /// <summary>Go version it was built with: <c>go1.20.3</c>.</summary>
    public string? Go { get; init; }

    /// <summary>Version of libseccomp it runs with: <c>2.5.4</c>.</summary>
    public string? Libseccomp { get; init; }

    /// <summary>Reads the output.</summary>
    /// <param name="text">The output.</param>
    /// <param name="version">The version.</param>
    /// <returns>False when it names no version.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RuncVersion? version)
    {
        string? number = null, commit = null, spec = null, go = null, libseccomp = null;
        foreach (var printed in (text ?? "").Split('\n'))
        {
            var line = printed.Trim();
            number ??= After(line, "runc version ");
            commit ??= After(line, "commit: ");
            spec ??= After(line, "spec: ");
            go ??= After(line, "go: ");
            libseccomp ??= After(line, "libseccomp: ");
        }

        version = number is null
            ? null
            : new RuncVersion { Version = number, Commit = commit, Spec = spec, Go = go, Libseccomp = libseccomp };
        return version is not null;
    }

    /// <summary>Reads the output.</summary>
    /// <param name="text">The output.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">It names no version.</exception>
    public static RuncVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var version)
            ? version
            : throw new FormatException("The text names no version: expected 'runc version VERSION'.");
    }

    /// <summary>The version.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Version;

    private static string? After(string line, string start) =>
        line.Length > start.Length && line.StartsWith(start, StringComparison.Ordinal)
            ? line[start.Length..].Trim()
            : null;
}
