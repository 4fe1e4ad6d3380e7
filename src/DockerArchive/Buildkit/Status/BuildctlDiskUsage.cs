using System.Diagnostics.CodeAnalysis;

namespace DockerArchive.Buildkit;

/// <summary>
/// Reads <c>buildctl du</c>: its table and <c>-v</c> from v0.3 on, <c>--format '{{json .}}'</c> from v0.11 on.
/// </summary>
public static class BuildctlDiskUsage
{
    /// <summary>
    /// Reads the output. One that is cut off gives the records known to be whole. No output at all is an empty listing, as
    /// <c>-v</c> with a filter that nothing matches prints nothing.
    /// </summary>
    /// <param name="text">The output, with the line that ends each record.</param>
    /// <param name="usage">What it says.</param>
    /// <returns>False when it is none of the forms, such as an error.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BuildkitDiskUsage? usage)
    {
        var reader = new BuildctlCacheReader();
        usage = reader.ReadAll(text) is not { } records
            ? null
            : new BuildkitDiskUsage
            {
                Records = records,
                Reclaimable = reader.Sums.Reclaimable,
                Total = reader.Total,
                Shared = reader.Sums.Shared,
                Private = reader.Sums.Private,
            };
        return usage is not null;
    }
}
