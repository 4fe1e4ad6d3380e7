using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>
/// The time that a line of a log starts with, in journalctl's forms: <c>Aug 27 02:21:03</c> (short; short-precise has a
/// fraction), <c>2025-08-27T02:21:03+0000</c> (short-iso; +00:00 since systemd 255), <c>Wed 2025-08-27 02:21:03 UTC</c>
/// (short-full, with-unit), <c>1756261263.123456</c> (short-unix); and in Docker's: <c>2025-08-27T02:21:03.123456789Z</c>.
/// </summary>
internal readonly record struct PrintedTime
{
    private const int LeapYear = 2000;

    private static readonly string[] ClockFormats = ["HH:mm:ss", "HH:mm:ss.FFFFFFF"];

    // What strftime's %b gives in the languages whose short months mean nothing else in another of them.
    private static readonly string[][] Months =
    [
        ["jan", "ene", "gen", "janv", "янв"],
        ["feb", "fév", "févr", "fev", "фев"],
        ["mar", "mär", "märz", "mars", "mrt", "мар"],
        ["apr", "avr", "avril", "abr", "апр"],
        ["may", "mai", "mei", "mag", "май", "мая"],
        ["jun", "juin", "giu", "июн"],
        ["jul", "juil", "lug", "июл"],
        ["aug", "août", "ago", "авг"],
        ["sep", "sept", "set", "сен"],
        ["oct", "okt", "ott", "out", "окт"],
        ["nov", "ноя"],
        ["dec", "dez", "déc", "dic", "дек"],
    ];

    /// <summary>Date and time of day; null where the month is in an unknown language.</summary>
    public DateTime? Local { get; private init; }

    /// <summary>Whether the year is printed too; otherwise that of <see cref="Local"/> means nothing.</summary>
    public bool HasYear { get; private init; }

    /// <summary>The printed offset from UTC.</summary>
    public TimeSpan? Offset { get; private init; }

    /// <summary>Whether a zone is printed by an abbreviation that names no offset, such as <c>CEST</c>.</summary>
    public bool HasNamelessZone { get; private init; }

    /// <summary>Whether it is Docker's form, which the message follows at once.</summary>
    public bool IsDocker { get; private init; }

    /// <summary>Reads the time at the start of a line, and moves the line behind it and its blank.</summary>
    public static bool TryRead(ref ReadOnlySpan<char> line, out PrintedTime time)
    {
        time = default;
        if (line.Length < 10 || char.IsWhiteSpace(line[0]))
            return false;
        var start = line;
        var first = Word(ref line);
        if (first is [_, _, _, _, '-', _, _, '-', _, _, 'T', ..])
            return TryIso(first, out time) || Restore(ref line, start);
        if (char.IsAsciiDigit(first[0]) && first.Contains('.'))
            return TryUnix(first, out time) || Restore(ref line, start);

        var second = Word(ref line);
        var third = Word(ref line);
        var read = second.Length == 10
            ? TryFull(second, third, Word(ref line), out time)
            : TryShort(first, second, third, out time);
        return read || Restore(ref line, start);
    }

    private static bool Restore(ref ReadOnlySpan<char> line, ReadOnlySpan<char> start)
    {
        line = start;
        return false;
    }

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> line)
    {
        // No word of a time is longer; looking no further keeps long lines cheap.
        var blank = line[..Math.Min(line.Length, 48)].IndexOf(' ');
        var word = blank < 0 ? line : line[..blank];
        line = blank < 0 ? [] : line[(blank + 1)..];
        // syslog pads the day of the month with a blank.
        return word.IsEmpty && !line.IsEmpty && line[0] != ' ' ? Word(ref line) : word;
    }

    private static bool TryIso(ReadOnlySpan<char> word, out PrintedTime time)
    {
        time = default;
        var zone = word[11..].IndexOfAny("+-Z") + 11;
        if (zone < 11 || SystemdTimestamp.ParseZone(word[zone..]) is not { } offset ||
            !TryDate(word[..10], out var date) || !TryClock(word[11..zone], out var clock))
            return false;
        time = new PrintedTime
        {
            Local = date + clock,
            HasYear = true,
            Offset = offset,
            IsDocker = word[zone] == 'Z',
        };
        return true;
    }

    private static bool TryUnix(ReadOnlySpan<char> word, out PrintedTime time)
    {
        time = default;
        var parsed = decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
        if (!parsed || word[^1] == '.' || seconds is < 100_000_000m or > 99_999_999_999m)
            return false;
        var local = SystemdTimestamp.FromUnixMicroseconds((ulong)(seconds * 1_000_000m))!.Value.UtcDateTime;
        time = new PrintedTime { Local = local, HasYear = true, Offset = TimeSpan.Zero };
        return true;
    }

    private static bool TryFull(
        ReadOnlySpan<char> day, ReadOnlySpan<char> clockText, ReadOnlySpan<char> zone, out PrintedTime time)
    {
        time = default;
        if (zone.IsEmpty || !TryDate(day, out var date) || !TryClock(clockText, out var clock))
            return false;
        var offset = SystemdTimestamp.ParseZone(zone);
        time = new PrintedTime
        {
            Local = DateTime.SpecifyKind(date + clock, DateTimeKind.Unspecified),
            HasYear = true,
            Offset = offset,
            HasNamelessZone = offset is null,
        };
        return true;
    }

    private static bool TryShort(
        ReadOnlySpan<char> month, ReadOnlySpan<char> dayText, ReadOnlySpan<char> clockText, out PrintedTime time)
    {
        time = default;
        if (!int.TryParse(dayText, NumberStyles.None, CultureInfo.InvariantCulture, out var day) ||
            dayText.Length > 2 || !TryClock(clockText, out var clock) || !HasLetter(month))
            return false;
        DateTime? local = Month(month) is { } number && day >= 1 && day <= DateTime.DaysInMonth(LeapYear, number)
            ? new DateTime(LeapYear, number, day) + clock
            : null;
        time = new PrintedTime { Local = local };
        return true;
    }

    private static bool TryDate(ReadOnlySpan<char> text, out DateTime date) => DateTime.TryParseExact(
        text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    // Docker prints nanoseconds; a tick is a hundred of them.
    private static bool TryClock(ReadOnlySpan<char> text, out TimeSpan clock)
    {
        clock = default;
        if (text.Length > 16 && !text[16..].ContainsAnyExceptInRange('0', '9'))
            text = text[..16];
        if (!TimeOnly.TryParseExact(
                text, ClockFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return false;
        clock = time.ToTimeSpan();
        return true;
    }

    private static bool HasLetter(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (char.IsLetter(c))
                return true;
        }

        return false;
    }

    private static int? Month(ReadOnlySpan<char> word)
    {
        // Chinese, Japanese and Korean number their months.
        if (word[^1] is '月' or '월')
        {
            var parsed = int.TryParse(word[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            return parsed && number is >= 1 and <= 12 ? number : null;
        }

        word = word.TrimEnd('.');
        for (var month = 0; month < Months.Length; month++)
        {
            foreach (var name in Months[month])
            {
                if (word.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return month + 1;
            }
        }

        return null;
    }
}
