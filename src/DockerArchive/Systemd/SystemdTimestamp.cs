using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>Times as <c>systemctl show</c> prints them.</summary>
internal static class SystemdTimestamp
{
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>
    /// Reads <c>Wed 2025-08-27 02:21:03 UTC</c>, the same with microseconds (<c>--timestamp=us</c>), and
    /// <c>@1756261263</c> (<c>--timestamp=unix</c>). A zone that is only an abbreviation, such as <c>CEST</c>, names no
    /// offset: the answer is null rather than a guess.
    /// </summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.StartsWith("@"))
            return ParseUnix(text[1..]);

        // The weekday comes first and is written in the guest's language.
        if (text.Length > 0 && !char.IsAsciiDigit(text[0]))
        {
            var blank = text.IndexOf(' ');
            if (blank < 0)
                return null;
            text = text[(blank + 1)..].TrimStart();
        }

        var zoneStart = text.LastIndexOf(' ');
        if (zoneStart < 0 || ParseZone(text[(zoneStart + 1)..]) is not { } offset)
            return null;
        var parsed = DateTime.TryParseExact(
            text[..zoneStart].TrimEnd(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        if (!parsed)
            return null;

        // Near the ends of the calendar an offset can push a time out of it.
        var ticks = time.Ticks - offset.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks
            ? null
            : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>Microseconds since 1970, as the journal and the bus count; null when outside the calendar.</summary>
    public static DateTimeOffset? FromUnixMicroseconds(ulong microseconds)
    {
        var longest = (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return microseconds > longest
            ? null
            : DateTimeOffset.UnixEpoch.AddTicks((long)microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private static DateTimeOffset? ParseUnix(ReadOnlySpan<char> seconds)
    {
        var parsed = decimal.TryParse(
            seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        return parsed && value <= 253402300799m ? FromUnixMicroseconds((ulong)(value * 1_000_000m)) : null;
    }

    private static TimeSpan? ParseZone(ReadOnlySpan<char> zone)
    {
        if (zone is "UTC" or "GMT" or "Z")
            return TimeSpan.Zero;

        // The zone database abbreviates many zones by their offset: +03, -0330.
        if (zone.Length is not (3 or 5 or 6) || zone[0] is not ('+' or '-'))
            return null;
        var minutesStart = zone.Length == 6 && zone[3] == ':' ? 4 : 3;
        var minutes = 0;
        if (!int.TryParse(zone[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) ||
            (zone.Length > 3 &&
             !int.TryParse(zone[minutesStart..], NumberStyles.None, CultureInfo.InvariantCulture, out minutes)))
            return null;
        var offset = new TimeSpan(hours, minutes, 0);
        return offset > TimeSpan.FromHours(14) || minutes > 59 ? null : zone[0] == '-' ? -offset : offset;
    }
}
