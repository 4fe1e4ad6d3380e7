namespace DockerArchive.Buildkit;

/// <summary>
/// Adds to the steps of a text what only the trace of the same build knows. The text's numbers stay; a step that the text
/// does not show gets the next free one.
/// </summary>
internal static class TraceCompletion
{
    public static BuildStep[] Complete(IReadOnlyList<BuildStep> text, IReadOnlyList<BuildStep> trace)
    {
        List<BuildStep> left = [.. trace];
        var steps = new BuildStep?[text.Count];
        Func<BuildStep, BuildStep, bool>[] likenesses =
        [
            (shown, traced) => shown.Digest is not null && shown.Digest == traced.Digest,
            (shown, traced) => shown.Digest is null && shown.Number == traced.Number && HasName(shown, traced)
                && HasDuration(shown, traced),
            (shown, traced) => shown.Digest is null && HasName(shown, traced) && HasDuration(shown, traced),
            (shown, traced) => shown.Digest is null && HasName(shown, traced),
        ];
        foreach (Func<BuildStep, BuildStep, bool> alike in likenesses)
        {
            for (int i = 0; i < steps.Length; i++)
            {
                int found = steps[i] is null ? left.FindIndex(traced => alike(text[i], traced)) : -1;
                if (found < 0)
                    continue;
                steps[i] = Complete(text[i], left[found]);
                left.RemoveAt(found);
            }
        }

        int next = text.Count == 0 ? 1 : text.Max(step => step.Number) + 1;
        return
        [
            .. steps.Select((step, i) => step ?? text[i]),
            .. left.Select(traced => traced with { Number = next++ }),
        ];
    }

    private static bool HasName(BuildStep shown, BuildStep traced) =>
        shown.Name == traced.Name
        || (shown.NameIsCut && traced.Name.StartsWith(shown.Name[..^3].TrimEnd('\uFFFD'), StringComparison.Ordinal));

    /// <summary>Two steps may have the same name; the printed time, rounded to 0.1 s, often tells them apart.</summary>
    private static bool HasDuration(BuildStep shown, BuildStep traced) =>
        (shown.Duration - traced.Duration)?.Duration() <= TimeSpan.FromMilliseconds(51);

    private static BuildStep Complete(BuildStep shown, BuildStep traced) => traced with
    {
        Number = shown.Number,
        State = traced.State > BuildStepState.Running ? traced.State : shown.State,
        Completed = traced.Completed ?? shown.Completed,
        Duration = traced.Duration ?? shown.Duration,
        Error = traced.Error ?? shown.Error,
        Log = traced.Log.Count >= shown.Log.Count ? traced.Log : shown.Log,
        Transfers = traced.Transfers.Count >= shown.Transfers.Count ? traced.Transfers : shown.Transfers,
        Warnings = Renumber(traced.Warnings.Count >= shown.Warnings.Count ? traced : shown, shown.Number),
    };

    private static IReadOnlyList<BuildWarning> Renumber(BuildStep step, int number) =>
        step.Number == number ? step.Warnings : [.. step.Warnings.Select(warning => warning with { Step = number })];
}
