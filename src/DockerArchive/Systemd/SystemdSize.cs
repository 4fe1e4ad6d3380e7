using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>Sizes as systemd prints them: powers of 1024, cut to a tenth of the unit.</summary>
internal static class SystemdSize
{
    /// <summary>Bytes of <c>163.0M</c>, <c>10M</c>, <c>512B</c>; null for any other text.</summary>
    public static long? Parse(ReadOnlySpan<char> text)
    {
        var unit = text.IsEmpty ? -1 : "BKMGTPE".IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0 || !decimal.TryParse(
                text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        return number < 16384m && number * (1L << (10 * unit)) is var bytes && bytes <= long.MaxValue ? (long)bytes : null;
    }
}
