namespace DockerArchive.Buildkit;

/// <summary>Reads what an <c>exporting to …</c> step made from its sub-tasks.</summary>
internal static class ExportReader
{
    private const string NamePrefix = "exporting to ";

    /// <summary>Reads the export of a step.</summary>
    /// <param name="step">Any step.</param>
    /// <returns>The export, or null when the step exports nothing or did not succeed.</returns>
    public static BuildExport? Read(BuildStep step)
    {
        if (step.State != BuildStepState.Done || !step.Name.StartsWith(NamePrefix, StringComparison.Ordinal))
            return null;
        return new BuildExport
        {
            Step = step.Number,
            Target = step.Name[NamePrefix.Length..],
            Digest = After(step, "exporting manifest list ").FirstOrDefault()
                ?? After(step, "exporting manifest ").FirstOrDefault(),
            ConfigDigest = After(step, "exporting config ").FirstOrDefault()
                ?? After(step, "writing image ").FirstOrDefault(),
            Names = [.. After(step, "naming to ")],
        };
    }

    private static IEnumerable<string> After(BuildStep step, string prefix) =>
        step.Transfers
            .Where(transfer => transfer.Id.StartsWith(prefix, StringComparison.Ordinal))
            .Select(transfer => transfer.Id[prefix.Length..]);
}
