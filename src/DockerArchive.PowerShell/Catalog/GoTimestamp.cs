using System.Globalization;

namespace DockerArchive.Catalog;

/// <summary>Dates as compose's YAML reader knows them, without quotes.</summary>
internal static class GoTimestamp
{
    private static readonly string[] Forms =
    [
        "yyyy-M-d",
        "yyyy-M-d H:m:s",
        "yyyy-M-d H:m:s.FFFFFFF",
        "yyyy-M-d\\TH:m:s.FFFFFFFK",
        "yyyy-M-d\\tH:m:s.FFFFFFFK",
    ];

    public static bool TryParse(string text, out DateTimeOffset value)
    {
        value = default;
        return text.Length > 7 && text[4] == '-'
            && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
    }

    /// <summary>As compose writes it where a text is wanted: <c>2020-01-01 00:00:00 +0000 UTC</c>.</summary>
    public static string TextOf(string text)
    {
        _ = TryParse(text, out var value);
        var zone = value.Offset == TimeSpan.Zero
            ? "+0000 UTC"
            : $"{value:zzz} {value:zzz}".Replace(":", "", StringComparison.Ordinal);
        return value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF ", CultureInfo.InvariantCulture) + zone;
    }
}
