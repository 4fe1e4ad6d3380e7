namespace DockerArchive.Buildkit;

/// <summary>Reads times and durations in the forms that Go prints them.</summary>
internal static class PrintedTime
{
    private const int MaxDigits = 18;

    /// <summary>Reads decimal seconds as they stand before a log line (<c>1.234</c>, <c>1234.</c>, <c>-0.50</c>).</summary>
    /// <returns>The number of bytes read, or 0 when there is no such figure.</returns>
    public static int ReadSeconds(ReadOnlySpan<byte> text, out TimeSpan value)
    {
        value = default;
        int at = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        if (negative)
            at++;
        long whole = 0;
        int first = at;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            if (at - first >= 9)
                return 0;
            whole = (whole * 10) + text[at++] - '0';
        }

        if (at == first || at == text.Length || text[at] != '.')
            return 0;
        at++;
        long fraction = 0;
        long unit = TimeSpan.TicksPerSecond;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            if (unit == 1)
                return 0;
            fraction = (fraction * 10) + text[at++] - '0';
            unit /= 10;
        }

        long ticks = (whole * TimeSpan.TicksPerSecond) + (fraction * unit);
        value = new TimeSpan(negative ? -ticks : ticks);
        return at;
    }

    /// <summary>Reads Go's <c>time.Duration</c> (<c>1m2.5s</c>, <c>29.7ms</c>, <c>125.588µs</c>, <c>0s</c>), to 100 ns.</summary>
    public static bool TryDuration(ReadOnlySpan<byte> text, out TimeSpan value)
    {
        value = default;
        bool negative = text.Length > 0 && text[0] == '-';
        if (negative)
            text = text[1..];
        if (text.IsEmpty)
            return false;
        decimal ticks = 0;
        while (!text.IsEmpty)
        {
            int length = ReadDecimal(text, out decimal number);
            if (length == 0)
                return false;
            text = text[length..];
            int unit = ReadUnit(text, out decimal ticksPerUnit);
            if (unit == 0)
                return false;
            text = text[unit..];
            ticks += number * ticksPerUnit;
            if (ticks > long.MaxValue)
                return false;
        }

        value = new TimeSpan((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Reads <c>2006-01-02 15:04:05.999999999 +0000 UTC</c> or RFC 3339, to 100 ns.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length < 20
            || !Number(text[..4], out int year) || text[4] != '-'
            || !Number(text[5..7], out int month) || text[7] != '-'
            || !Number(text[8..10], out int day) || (text[10] != ' ' && text[10] != 'T')
            || !Number(text[11..13], out int hour) || text[13] != ':'
            || !Number(text[14..16], out int minute) || text[16] != ':'
            || !Number(text[17..19], out int second))
            return false;
        int at = 19;
        long fraction = 0;
        if (text[at] == '.')
        {
            at++;
            long unit = TimeSpan.TicksPerSecond;
            while (at < text.Length && (uint)(text[at] - '0') <= 9)
            {
                unit /= 10;
                fraction += (text[at++] - '0') * unit;
            }
        }

        if (!TryZone(text[at..], out TimeSpan zone))
            return false;
        if (year is < 1 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
            return false;
        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        if (local.Ticks < TimeSpan.TicksPerDay)
            return false;
        value = new DateTimeOffset(local.AddTicks(fraction), zone).ToUniversalTime();
        return true;
    }

    private static bool TryZone(ReadOnlySpan<byte> text, out TimeSpan zone)
    {
        zone = default;
        if (text.SequenceEqual(" +0000 UTC"u8) || text.SequenceEqual("Z"u8))
            return true;
        if (text.Length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':'
            || !Number(text[1..3], out int hours) || !Number(text[4..6], out int minutes)
            || hours > 14 || minutes > 59 || (hours == 14 && minutes > 0))
            return false;
        zone = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-')
            zone = -zone;
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            if ((uint)(digit - '0') > 9)
                return false;
            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static int ReadDecimal(ReadOnlySpan<byte> text, out decimal number)
    {
        number = 0;
        decimal scale = 1;
        bool fraction = false;
        int digits = 0;
        int at = 0;
        for (; at < text.Length; at++)
        {
            byte c = text[at];
            if (c == '.' && !fraction && digits > 0)
            {
                fraction = true;
                continue;
            }

            if ((uint)(c - '0') > 9)
                break;
            if (++digits > MaxDigits)
                return 0;
            if (fraction)
                scale *= 10;
            number = (number * 10) + c - '0';
        }

        number /= scale;
        return digits == 0 ? 0 : at;
    }

    private static int ReadUnit(ReadOnlySpan<byte> text, out decimal ticks)
    {
        (int length, ticks) =
            text.StartsWith("ns"u8) ? (2, 0.01m)
            : text.StartsWith("µs"u8) ? (3, 10m)
            : text.StartsWith("us"u8) ? (2, 10m)
            : text.StartsWith("ms"u8) ? (2, TimeSpan.TicksPerMillisecond)
            : text.StartsWith("s"u8) ? (1, TimeSpan.TicksPerSecond)
            : text.StartsWith("m"u8) ? (1, TimeSpan.TicksPerMinute)
            : text.StartsWith("h"u8) ? (1, (decimal)TimeSpan.TicksPerHour)
            : (0, 0m);
        return length;
    }
}
