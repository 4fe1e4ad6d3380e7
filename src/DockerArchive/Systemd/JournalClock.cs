namespace DockerArchive.Systemd;

/// <summary>
/// Completes the times of a log's lines: the year, which short forms do not print, and the zone.
/// </summary>
/// <param name="zone">The zone of times without an offset; null means UTC.</param>
/// <param name="newest">No line is later than this, in the zone of the lines.</param>
/// <param name="isGuess">Whether the lines are known to be in another zone than the given one.</param>
internal sealed class JournalClock(TimeZoneInfo? zone, DateTime newest, bool isGuess = false)
{
    // The 29th of February comes back after four years, or after eight around 1900 and 2100.
    private const int YearsToLeapDay = 8;

    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    private DateTimeOffset _last = SystemdTimestamp.ToUtc(newest, zone?.GetUtcOffset(newest) ?? TimeSpan.Zero) ?? default;

    /// <summary>The clock for a log that was printed at a time, in the zone, or in UTC.</summary>
    public static JournalClock At(DateTimeOffset now, TimeZoneInfo? zone) =>
        new(zone, TimeZoneInfo.ConvertTime(now, zone ?? TimeZoneInfo.Utc).DateTime);

    /// <summary>
    /// The instant of a printed time, and whether it is certain. What names no time, or one out of the calendar, has
    /// the time of the line before, or else that of the printing.
    /// </summary>
    public (DateTimeOffset Time, bool IsCertain) Read(PrintedTime? printed)
    {
        if (printed is not { Local: { } shown } time || (time.HasYear ? shown : WithYear(shown)) is not { } local)
            return (_last, false);
        var offset = time.Offset ?? zone?.GetUtcOffset(local) ?? TimeSpan.Zero;
        if (SystemdTimestamp.ToUtc(local, offset) is not { } instant)
            return (_last, false);
        _last = instant;
        return (instant, time.Offset is not null || (!isGuess && (zone is not null || !time.HasNamelessZone)));
    }

    /// <summary>Takes note of a time that a line names in its message.</summary>
    public DateTimeOffset Observe(DateTimeOffset time) => _last = time;

    private DateTime? WithYear(DateTime shown)
    {
        var latest = newest > DateTime.MaxValue - Tolerance ? DateTime.MaxValue : newest + Tolerance;
        for (var year = latest.Year; year >= Math.Max(1, latest.Year - YearsToLeapDay); year--)
        {
            if (shown.Day > DateTime.DaysInMonth(year, shown.Month))
                continue;
            var candidate = new DateTime(year, shown.Month, shown.Day) + shown.TimeOfDay;
            if (candidate <= latest)
                return candidate;
        }

        return null;
    }
}
