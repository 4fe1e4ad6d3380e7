using System.Globalization;

namespace DockerArchive.Bench;

/// <summary>All figures of a run beside their peers and what is required of them, as Markdown.</summary>
internal sealed class ClosingTable
{
    private readonly List<string[]> _rows =
        [["what", "figure", "peer in the same run", "its figure", "ratio", "required", "is"]];

    /// <summary>Adds a rate and how many times its peer's it is.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="rate">The rate.</param>
    /// <param name="unit">The unit of both rates.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="peerRate">The peer's rate, or null where the peer could not run.</param>
    /// <param name="requiredRatio">How many times the peer's rate it should be.</param>
    /// <param name="requiredRate">The rate that it should reach.</param>
    public void AddRate(
        string what,
        double rate,
        string unit,
        string peer,
        double? peerRate,
        double? requiredRatio = null,
        double? requiredRate = null)
    {
        double? ratio = rate / peerRate;
        string required = requiredRatio is { } times ? $"≥ {Number(times)}×"
            : requiredRate is { } limit ? $"≥ {Number(limit)} {unit}" : "";
        bool? met = requiredRatio is null ? rate >= requiredRate : ratio >= requiredRatio;
        _rows.Add([
            what,
            $"{Number(rate)} {unit}",
            peer,
            peerRate is { } peers ? $"{Number(peers)} {unit}" : "not measured",
            ratio is { } known ? $"{Number(known)}×" : "",
            required,
            required.Length == 0 || ratio is null && requiredRatio is not null ? "" : Verdict(met is true),
        ]);
    }

    /// <summary>Adds a time, which should be short.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="seconds">Seconds it took.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="peerSeconds">Seconds that the peer took.</param>
    /// <param name="limit">How many times the peer's time it may take.</param>
    public void AddDuration(string what, double seconds, string peer, double peerSeconds, double limit) =>
        AddLess(what, seconds, "s", peer, peerSeconds, limit);

    /// <summary>Adds a size, which should be small.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="peerBytes">The peer's bytes.</param>
    /// <param name="limit">How many times the peer's size it may have.</param>
    public void AddSize(string what, double bytes, string peer, double peerBytes, double limit) =>
        AddLess(what, bytes / 1e6, "MB", peer, peerBytes / 1e6, limit);

    private void AddLess(string what, double figure, string unit, string peer, double peerFigure, double limit) => _rows.Add([
        what,
        $"{Number(figure)} {unit}",
        peer,
        $"{Number(peerFigure)} {unit}",
        $"{Number(figure / peerFigure)}×",
        $"≤ {Number(limit)}×",
        Verdict(figure <= limit * peerFigure),
    ]);

    /// <summary>Adds a growth of memory and the limit it should keep.</summary>
    public void AddMemory(string what, MemoryGrowth growth, double limitMiB) => _rows.Add(
        [what, growth.ToString(), "", "", "", $"≤ +{Number(limitMiB)} MiB", Verdict(growth.GrownMiB <= limitMiB)]);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, _rows[0].Length).Select(i => _rows.Max(row => row[i].Length))];
        IEnumerable<string[]> rows = [_rows[0], [.. widths.Select(width => new string('-', width))], .. _rows[1..]];
        return string.Join('\n', rows.Select(row =>
            $"| {string.Join(" | ", row.Select((cell, i) => cell.PadRight(widths[i])))} |"));
    }

    private static string Verdict(bool met) => met ? "met" : "below";

    /// <summary>Three digits tell what a measurement can.</summary>
    private static string Number(double value) => value.ToString(
        value >= 100 || value == Math.Floor(value) ? "N0" : value >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);
}
