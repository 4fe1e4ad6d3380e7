using System.Diagnostics.CodeAnalysis;

namespace DockerArchive.Buildkit;

/// <summary>
/// Reads the whole output of <c>buildctl prune</c>: its table and <c>-v</c> from v0.3 on, <c>--format '{{json .}}'</c>
/// from v0.11 on. <see cref="BuildctlCacheReader"/> reads it while it is printed.
/// </summary>
public static class BuildctlPrune
{
    /// <summary>
    /// Reads the output. One that is cut off gives the records known to be whole. No output at all says that nothing was
    /// removed, as <c>--format</c> has it.
    /// </summary>
    /// <param name="text">The output, with the line that ends each record.</param>
    /// <param name="result">What it says.</param>
    /// <returns>False when it is none of the forms, such as an error.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BuildkitPruneResult? result)
    {
        var reader = new BuildctlCacheReader();
        result = reader.ReadAll(text) is not { } records
            ? null
            : new BuildkitPruneResult { Records = records, Total = reader.Total };
        return result is not null;
    }
}
