using System.Globalization;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Systemd;

/// <summary>What is wanted of a journal, and how journalctl (systemd 229 to 257) is asked for it.</summary>
internal sealed record JournalQuery
{
    /// <summary>Complete names of units, or patterns of <c>*</c>, <c>?</c> and <c>[…]</c>; none stands for the whole journal.</summary>
    public IReadOnlyList<string> Units { get; init; } = [];

    /// <summary>The earliest time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The latest time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>A boot as journalctl counts or names them: <c>0</c>, <c>-1</c>, or an id.</summary>
    public string? Boot { get; init; }

    /// <summary>The least urgent level.</summary>
    public LogrusLevel? Level { get; init; }

    /// <summary>A regular expression for messages.</summary>
    public string? Grep { get; init; }

    /// <summary>The entry after which to begin.</summary>
    public string? After { get; init; }

    /// <summary>How many of the last entries are wanted.</summary>
    public int? Tail { get; init; }

    /// <summary>Whether the last entries have to be counted here, since journalctl knows nothing of levels.</summary>
    public bool CountsHere => Tail is not null && Level is not null;

    /// <summary>
    /// Whether an entry is wanted, as far as the machine that has the journal cannot tell: there, a message with bytes
    /// that are no text passes whatever its level.
    /// </summary>
    public bool Accepts(JournalEntry entry) => Level is not { } least || LevelOf(entry) >= least;

    /// <summary>A script that prints the entries up to now.</summary>
    /// <param name="marksEnd">Whether it first prints the journal's last entry, if there is one, and an empty line.</param>
    public string History(bool marksEnd)
    {
        var words = Words();
        if (After is not null)
            words.Add($"--cursor={After}");
        if (Since is { } since)
            words.Add($"--since={Time(since)}");
        if (Until is { } until)
            words.Add($"--until={Time(until)}");
        if (Tail is { } tail && !CountsHere)
            words.Add($"--lines={tail.ToString(CultureInfo.InvariantCulture)}");
        return Script(words, marksEnd ? "journalctl --no-pager -q -a -o json -n 1\necho\n" : "");
    }

    /// <summary>A script that prints the entries from one on, and every new one when it is written.</summary>
    /// <param name="cursor">The first; null for the beginning of the journal. It is not printed if it is gone.</param>
    public string Following(string? cursor)
    {
        var words = Words();
        words.AddRange(["--follow", "--no-tail"]);
        if (cursor is not null)
            words.Add($"--cursor={cursor}");
        return Script(words, "");
    }

    private static LogrusLevel LevelOf(JournalEntry entry) => entry.Level ?? entry.Priority switch
    {
        <= JournalPriority.Crit => LogrusLevel.Fatal,
        JournalPriority.Err => LogrusLevel.Error,
        JournalPriority.Warning => LogrusLevel.Warning,
        JournalPriority.Debug => LogrusLevel.Debug,
        _ => LogrusLevel.Info,
    };

    // In seconds since 1970, which journalctl reads the same in every zone.
    private static string Time(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"@{(decimal)(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond:0.000000}");

    private List<string> Words()
    {
        List<string> words = ["journalctl", "--no-pager", "--quiet", "--all", "--output=json"];
        words.AddRange(Units.Select(unit => $"--unit={unit}"));
        if (Boot is not null)
            words.Add($"--boot={Boot}");
        if (Grep is not null)
            words.Add($"--grep={Grep}");
        return words;
    }

    private string Script(List<string> words, string first)
    {
        var text = new StringBuilder("export LC_ALL=C TZ=UTC0\n").Append(first);
        return Level is { } least && least > LogrusLevel.Trace
            ? text.Append(CultureInfo.InvariantCulture, $$"""
                exec 3>&1
                exit $({ { {{ShellWord.Join(words)}}; echo $? >&4; } | sed -u -n -E {{ShellWord.Quote(LevelFilter(least))}} >&3; } 4>&1)
                """).ToString().ReplaceLineEndings("\n")
            : text.Append(CultureInfo.InvariantCulture, $"exec {ShellWord.Join(words)}").ToString();
    }

    // A quote that is part of a value has a backslash before it, so that no value imitates a field. Blanks around the colon
    // are systemd's before 236.
    private static string LevelFilter(LogrusLevel least)
    {
        var levels = string.Join('|', Enum.GetValues<LogrusLevel>().Where(l => l >= least).Select(Word));
        var priorities = least switch
        {
            LogrusLevel.Debug => "0-7",
            LogrusLevel.Info => "0-6",
            LogrusLevel.Warning => "0-4",
            LogrusLevel.Error => "0-3",
            _ => "0-2",
        };
        const string Message = "\"MESSAGE\" ?: ?";
        const string Logrus = Message + "\"(time=[^ ]+ )?level=";
        return $$"""
            /{{Message}}(\[|null)/{
            p
            b
            }
            /{{Logrus}}/{
            /{{Logrus}}({{levels}})/p
            b
            }
            /"PRIORITY" ?: ?"[{{priorities}}]"/p
            {{(least <= LogrusLevel.Info ? "/\"PRIORITY\"/!p" : "")}}
            """.ReplaceLineEndings("\n");
    }

    private static string Word(LogrusLevel level) => level is LogrusLevel.Warning ? "warn" : level.ToString().ToLowerInvariant();
}
