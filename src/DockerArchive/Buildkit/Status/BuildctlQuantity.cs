using System.Buffers;
using System.Globalization;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>Sizes, durations and times as <c>buildctl</c> prints them.</summary>
internal static class BuildctlQuantity
{
    private const string SizePrefixes = "kMGTPE";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads <c>512MB</c>, <c>1.5GB</c>, <c>40GiB</c>, <c>0B</c>; null for anything else.</summary>
    public static long? Bytes(string text)
    {
        var unitStart = text.AsSpan().IndexOfAnyExcept(Digits);
        if (unitStart <= 0 || !TryRead(text.AsSpan(0, unitStart), out var number))
            return null;

        var unit = text.AsSpan(unitStart).Trim();
        if (unit.IsEmpty)
            return null;
        if (unit is "B")
            return ToInt64(number);
        var power = SizePrefixes.IndexOf(unit[0] == 'K' ? 'k' : unit[0], StringComparison.Ordinal) + 1;
        double? step = unit[1..] switch { "B" => 1000, "iB" => 1024, _ => null };
        return power == 0 || step is null ? null : ToInt64(number * Math.Pow(step.Value, power));
    }

    /// <summary>
    /// Reads a duration of Go's time package: <c>48h0m0s</c>, <c>1.5s</c>, <c>250ms</c>; null for anything else.
    /// </summary>
    public static TimeSpan? Duration(string text)
    {
        var rest = text.AsSpan();
        double ticks = 0;
        do
        {
            var unitStart = rest.IndexOfAnyExcept(Digits);
            if (unitStart <= 0 || !TryRead(rest[..unitStart], out var number))
                return null;
            rest = rest[unitStart..];
            var unitEnd = rest.IndexOfAny(Digits);
            var unit = unitEnd < 0 ? rest : rest[..unitEnd];
            double? scale = unit switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "µs" or "us" => TimeSpan.TicksPerMicrosecond,
                "ns" => 1.0 / TimeSpan.NanosecondsPerTick,
                _ => null,
            };
            if (scale is null)
                return null;
            ticks += number * scale.Value;
            rest = rest[unit.Length..];
        }
        while (!rest.IsEmpty);

        return ToInt64(ticks) is { } whole ? TimeSpan.FromTicks(whole) : null;
    }

    /// <summary>
    /// Reads what Go's <c>Time.String</c> gives, <c>2026-11-24 11:41:44.42 +0000 UTC</c>, also in other zones and with
    /// the reading of a monotonic clock behind it, to 100 ns; null for anything else and for Go's zero time.
    /// </summary>
    public static DateTimeOffset? Time(string text) =>
        text.Split(' ') is [var day, var time, { Length: 5 } zone, ..]
        && PrintedTime.TryTime(Encoding.UTF8.GetBytes($"{day}T{time}{zone[..3]}:{zone[3..]}"), out var value)
            ? value
            : null;

    private static bool TryRead(ReadOnlySpan<char> digits, out double number) =>
        double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static long? ToInt64(double number) => number is >= 0 and < long.MaxValue ? (long)Math.Round(number) : null;
}
