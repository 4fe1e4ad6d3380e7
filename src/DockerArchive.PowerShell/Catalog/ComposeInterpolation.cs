namespace DockerArchive.Catalog;

/// <summary>Expands the variables of a compose file: in every text, not in keys.</summary>
internal static class ComposeInterpolation
{
    /// <param name="mapping">The file's content; parts without variables are taken over as they are.</param>
    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    /// <exception cref="BrokenEnvironmentException">A text is malformed, or a required variable is missing.</exception>
    public static ComposeMapping Expand(ComposeMapping mapping, Func<string, string?> lookup) =>
        mapping with { Entries = [.. mapping.Entries.Select(e => e with { Value = Expand(e.Value, lookup) })] };

    private static ComposeNode Expand(ComposeNode node, Func<string, string?> lookup) => node switch
    {
        ComposeMapping mapping => Expand(mapping, lookup),
        ComposeSequence list => list with { Items = [.. list.Items.Select(i => Expand(i, lookup))] },
        ComposeScalar { Kind: ComposeScalarKind.Text } scalar when scalar.Text.Contains('$', StringComparison.Ordinal) =>
            scalar with { Text = Expand(scalar, lookup) },
        _ => node,
    };

    public static string Expand(ComposeScalar scalar, Func<string, string?> lookup)
    {
        try
        {
            return Interpolation.Expand(scalar.Text, lookup);
        }
        catch (FormatException e)
        {
            throw scalar.Broken(e.Message, e);
        }
    }
}
