using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>Times as <c>systemctl show</c> prints them.</summary>
internal static class SystemdTimestamp
{
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>
    /// Reads <c>Wed 2025-08-27 02:21:03 UTC</c>, the same with microseconds (<c>--timestamp=us</c>), and
    /// <c>@1756261263</c> (<c>--timestamp=unix</c>). A zone that is only an abbreviation, such as <c>CEST</c>, names no
    /// offset: it is taken from <paramref name="zone"/>, and without that the answer is null rather than a guess.
    /// </summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<char> text, TimeZoneInfo? zone = null)
    {
        text = text.Trim();
        if (text.StartsWith("@"))
            return ParseUnix(text[1..]);
        if (!TryParseLocal(text, out var local, out var abbreviation))
            return null;
        var offset = ParseZone(abbreviation) ?? (IsAbbreviation(abbreviation) ? zone?.GetUtcOffset(local) : null);
        return offset is { } known ? ToUtc(local, known) : null;
    }

    /// <summary>The date and time of day before the zone, and the zone's word, whatever it is.</summary>
    public static bool TryParseLocal(ReadOnlySpan<char> text, out DateTime local, out ReadOnlySpan<char> zone)
    {
        local = default;
        zone = default;

        // The weekday comes first and is written in the guest's language.
        text = text.Trim();
        if (text.Length > 0 && !char.IsAsciiDigit(text[0]))
        {
            var blank = text.IndexOf(' ');
            if (blank < 0)
                return false;
            text = text[(blank + 1)..].TrimStart();
        }

        var zoneStart = text.LastIndexOf(' ');
        if (zoneStart < 0)
            return false;
        zone = text[(zoneStart + 1)..];
        return DateTime.TryParseExact(
            text[..zoneStart].TrimEnd(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out local);
    }

    /// <summary>The offset that a zone's word names, such as <c>UTC</c> or <c>+0530</c>.</summary>
    public static TimeSpan? ParseZone(ReadOnlySpan<char> zone)
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

    /// <summary>The instant of a time of day with an offset; null when that pushes it out of the calendar.</summary>
    public static DateTimeOffset? ToUtc(DateTime local, TimeSpan offset)
    {
        var ticks = local.Ticks - offset.Ticks;
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

    private static bool IsAbbreviation(ReadOnlySpan<char> zone) =>
        zone.Length >= 2 && !zone.ContainsAnyExceptInRange('A', 'Z');
}
