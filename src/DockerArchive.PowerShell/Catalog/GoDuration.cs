using System.Buffers;
using System.Globalization;

namespace DockerArchive.Catalog;

/// <summary>Durations as compose files have them: Go's <c>1m30s</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
            return TimeSpan.Zero;

        var ticks = 0m;
        do
        {
            var length = rest.IndexOfAnyExcept(Digits);
            if (length <= 0 || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                throw Malformed(text);
            rest = rest[length..];
            var unit = rest.IndexOfAny(Digits);
            ticks += amount * TicksOf(unit < 0 ? rest : rest[..unit], text);
            rest = unit < 0 ? [] : rest[unit..];
        }
        while (rest.Length > 0);

        return ticks <= long.MaxValue ? TimeSpan.FromTicks((long)(negative ? -ticks : ticks)) : throw Malformed(text);
    }

    private static decimal TicksOf(ReadOnlySpan<char> unit, string text) => unit switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => throw Malformed(text),
    };

    private static FormatException Malformed(string text) => new($"'{text}' is no duration such as 1m30s");
}
