namespace DockerArchive.Buildkit;

/// <summary>
/// The times a step ran. BuildKit starts a step once to look for it in the cache and again to execute it, and several
/// consumers may report the same run with slightly different times, so runs overlap.
/// </summary>
internal sealed class StepRuns
{
    private readonly List<(DateTimeOffset Start, DateTimeOffset End)> _runs = [];
    private DateTimeOffset? _start;

    public DateTimeOffset? FirstStart { get; private set; }

    public DateTimeOffset? LastEnd { get; private set; }

    /// <summary>The time covered by all ended runs, counted once; null before the first end.</summary>
    public TimeSpan? Total
    {
        get
        {
            if (_runs.Count == 0)
                return null;
            TimeSpan sum = default;
            DateTimeOffset covered = DateTimeOffset.MinValue;
            foreach ((DateTimeOffset start, DateTimeOffset end) in _runs.Order())
            {
                if (end <= covered)
                    continue;
                sum += end - (start > covered ? start : covered);
                covered = end;
            }

            return sum;
        }
    }

    public void Start(DateTimeOffset time)
    {
        _start = time;
        if (FirstStart is null || time < FirstStart)
            FirstStart = time;
    }

    public void End(DateTimeOffset time)
    {
        if (LastEnd is null || time > LastEnd)
            LastEnd = time;
        if (_start is { } start)
            _runs.Add((start, time > start ? time : start));
    }
}
