using System.Buffers;
using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>Spans of time as systemd prints them: <c>1min 2.345s</c>, <c>247ms</c>, <c>1 month 3 days</c>.</summary>
internal static class SystemdTimeSpan
{
    // systemd reckons with years of 365.25 days and months that are a twelfth of one (time-util.h).
    private static readonly TimeSpan Year = TimeSpan.FromDays(365.25);
    private static readonly TimeSpan Month = Year / 12;
    private static readonly TimeSpan Longest = Year * 10_000;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads a span, and the size of the last unit in it, to which it is cut.</summary>
    public static TimeSpan? Parse(ReadOnlySpan<char> text, out TimeSpan lastUnit)
    {
        lastUnit = default;
        var total = 0m;
        text = text.Trim();
        if (text.IsEmpty)
            return null;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            var parsed = decimal.TryParse(
                digits < 0 ? text : text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            if (digits < 0 || !parsed || number > 1_000_000_000_000m)
                return null;
            text = text[digits..].TrimStart();
            var end = text.IndexOf(' ');
            if (Unit(end < 0 ? text : text[..end]) is not { } unit)
                return null;
            lastUnit = unit;
            total += number * unit.Ticks;
            text = end < 0 ? [] : text[end..].TrimStart();
        }

        return total <= Longest.Ticks ? TimeSpan.FromTicks((long)total) : null;
    }

    private static TimeSpan? Unit(ReadOnlySpan<char> word) => word switch
    {
        "us" => TimeSpan.FromTicks(TimeSpan.TicksPerMicrosecond),
        "ms" => TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond),
        "s" => TimeSpan.FromSeconds(1),
        "min" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" or "day" or "days" => TimeSpan.FromDays(1),
        "w" or "week" or "weeks" => TimeSpan.FromDays(7),
        "month" or "months" => Month,
        "y" or "year" or "years" => Year,
        _ => null,
    };
}
