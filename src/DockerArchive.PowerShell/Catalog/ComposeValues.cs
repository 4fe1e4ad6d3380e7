using System.Globalization;

namespace DockerArchive.Catalog;

/// <summary>Takes values out of compose files, in the forms that compose's schema allows.</summary>
internal static class ComposeValues
{
    public static string Text(this ComposeNode node) => node switch
    {
        ComposeScalar { Kind: ComposeScalarKind.Text } scalar => scalar.Text,
        ComposeScalar { IsNull: false } scalar => throw node.Broken($"'{scalar.Text}' is not text; write it in quotes"),
        _ => throw node.Broken("a text is expected here"),
    };

    /// <summary>Text, or a number as text.</summary>
    public static string TextOrNumber(this ComposeNode node) =>
        node is ComposeScalar { Kind: ComposeScalarKind.Integer or ComposeScalarKind.Number } number ? number.TextOfAnything() : node.Text();

    /// <summary>A value of any kind as compose writes it where a text is wanted: <c>1.50</c> is <c>1.5</c>, <c>0x10</c> is <c>16</c>.</summary>
    public static string TextOfAnything(this ComposeScalar scalar) => scalar.Kind switch
    {
        ComposeScalarKind.Boolean => scalar.Text[0] is 't' or 'T' ? "true" : "false",
        ComposeScalarKind.Integer when GoNumber.TryParseInteger(scalar.Text, out var value) => value.ToString(CultureInfo.InvariantCulture),
        ComposeScalarKind.Number => GoNumber.TextOfFloat(scalar.Text),
        ComposeScalarKind.Timestamp => GoTimestamp.TextOf(scalar.Text),
        _ => scalar.Text,
    };

    public static bool Bool(this ComposeNode node) => node switch
    {
        ComposeScalar { Kind: ComposeScalarKind.Boolean } scalar => scalar.Text[0] is 't' or 'T',
        ComposeScalar { Kind: ComposeScalarKind.Text } scalar => scalar.Text.ToLowerInvariant() switch
        {
            "true" or "y" or "yes" or "on" => true,
            "false" or "n" or "no" or "off" => false,
            _ => throw node.Broken($"'{scalar.Text}' is neither true nor false"),
        },
        _ => throw node.Broken("true or false is expected here"),
    };

    public static int Integer(this ComposeNode node) => node switch
    {
        ComposeScalar { Kind: ComposeScalarKind.Integer } scalar
            when GoNumber.TryParseInteger(scalar.Text, out var value) && value is >= int.MinValue and <= int.MaxValue => (int)value,
        ComposeScalar { Kind: ComposeScalarKind.Text } scalar
            when int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw node.Broken("a whole number is expected here"),
    };

    public static TimeSpan Duration(this ComposeNode node)
    {
        try
        {
            return GoDuration.Parse(node.Text());
        }
        catch (FormatException e)
        {
            throw node.Broken(e.Message, e);
        }
    }

    public static IReadOnlyList<ComposeNode> Items(this ComposeNode node) =>
        node is ComposeSequence list ? list.Items : throw node.Broken("a list is expected here");

    public static IReadOnlyList<ComposeEntry> Entries(this ComposeNode node, string what) =>
        node is ComposeMapping mapping ? mapping.Entries : throw node.Broken($"{what} must be a mapping");

    /// <summary>A list of texts.</summary>
    public static IReadOnlyList<string> Texts(this ComposeNode node) => [.. node.Items().Select(Text)];

    /// <summary>A list of texts in which none may stand twice.</summary>
    public static IReadOnlyList<string> DistinctTexts(this ComposeNode node)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Items())
        {
            if (!seen.Add(item.Text()))
                throw item.Broken($"'{item.Text()}' is in the list twice; docker compose refuses that");
        }

        return node.Texts();
    }

    /// <summary>A list of texts of which the later takes the place of an earlier one with the same name (what is before <c>=</c>).</summary>
    public static IReadOnlyList<string> NamedTexts(this ComposeNode node)
    {
        var texts = new List<string>();
        foreach (var text in node.Texts())
        {
            var index = texts.FindIndex(t => NameOf(t) == NameOf(text));
            if (index < 0)
                texts.Add(text);
            else
                texts[index] = text;
        }

        return texts;

        static string NameOf(string text) => text.Split('=', 2)[0];
    }

    /// <summary>A mapping, or a list of <c>KEY=value</c>; what has no value is null.</summary>
    public static IReadOnlyDictionary<string, string?> Pairs(this ComposeNode node)
    {
        var pairs = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (node is ComposeMapping mapping)
        {
            foreach (var entry in mapping.Entries)
            {
                pairs[entry.Key] = entry.Value switch
                {
                    ComposeScalar { IsNull: true } => null,
                    ComposeScalar scalar => scalar.TextOfAnything(),
                    var other => throw other.Broken($"'{entry.Key}' takes a single value"),
                };
            }

            return pairs;
        }

        foreach (var text in node.Texts())
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            pairs[equals < 0 ? text : text[..equals]] = equals < 0 ? null : text[(equals + 1)..];
        }

        return pairs;
    }

    /// <summary>The same with empty text for what has no value, as labels have it.</summary>
    public static IReadOnlyDictionary<string, string> Labels(this ComposeNode node) =>
        node.Pairs().ToDictionary(p => p.Key, p => p.Value ?? "", StringComparer.Ordinal);

    public static BrokenEnvironmentException Unknown(this ComposeEntry entry, string where) =>
        entry.Broken($"key '{entry.Key}' {where} is not supported");

    /// <summary>A key for whoever reads the file, not for compose.</summary>
    public static bool IsExtension(this ComposeEntry entry) => entry.Key.StartsWith("x-", StringComparison.Ordinal);
}
