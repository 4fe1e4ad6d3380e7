using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>
/// The peer of parsing to events: read a line, try the forms with the most frequent one first, and keep what they
/// capture in a record.
/// </summary>
internal static class RegexEventReader
{
    public static RegexEvent? ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        RegexEvent? last = null;
        while (reader.ReadLine() is { } line)
            last = Read(line);
        return last;
    }

    private static RegexEvent? Read(string line)
    {
        Match match = LinePatterns.Log.Match(line);
        if (match.Success)
            return new RegexEvent(BuildEventKind.StepLog, Step(match), Seconds(match.Groups[2]), match.Groups[3].Value);
        match = LinePatterns.End.Match(line);
        if (match.Success)
            return new RegexEvent(BuildEventKind.StepCompleted, Step(match), null, match.Groups[2].Value);
        match = LinePatterns.Header.Match(line);
        if (match.Success)
            return new RegexEvent(BuildEventKind.StepStarted, Step(match), null, match.Groups[2].Value);
        match = LinePatterns.Warning.Match(line);
        if (match.Success)
            return new RegexEvent(BuildEventKind.StepWarned, Step(match), null, match.Groups[2].Value);
        match = LinePatterns.Status.Match(line);
        if (match.Success)
        {
            return new RegexEvent(
                BuildEventKind.TransferUpdated, Step(match), Seconds(match.Groups[5]), match.Groups[2].Value);
        }

        return null;
    }

    private static int Step(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static TimeSpan? Seconds(Group group) =>
        group.Success && double.TryParse(group.ValueSpan, CultureInfo.InvariantCulture, out double seconds)
            ? TimeSpan.FromSeconds(seconds) : null;
}
