using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DockerArchive.Systemd;

/// <summary>
/// A line of the Go logger logrus without a terminal: <c>time="…" level=info msg="…" key=value</c>, as buildkitd,
/// dockerd and containerd write to the journal. BuildKit v0.3's logrus puts values in quotes without escaping what is
/// in them; such a line is read as well as it can be, and only its first line if its message has several.
/// </summary>
public sealed record LogrusText
{
    private static readonly string[] TimeFormats = ["yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK"];

    /// <summary>When the daemon wrote the line, in UTC; null when it names no time.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Level.</summary>
    public required LogrusLevel Level { get; init; }

    /// <summary>Message, unquoted.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// The other values by key, then those that BuildKit puts inside its message
    /// (<c>found worker "…", labels=map[…], platforms=[…]</c>), which never replace one of the line itself.
    /// A value is a string, an array for <c>[a b]</c>, or a dictionary for <c>map[a:b]</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Attributes { get; init; }

    /// <summary>Reads a line. Text without a level that logrus knows is not its: the answer is false.</summary>
    /// <param name="text">The line.</param>
    /// <param name="parsed">Its parts.</param>
    /// <returns>Whether it is logrus text.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LogrusText? parsed)
    {
        parsed = null;
        if (text is null || !(text.StartsWith("time=", StringComparison.Ordinal) ||
                              text.StartsWith("level=", StringComparison.Ordinal)))
            return false;

        string? time = null, level = null, message = null;
        var attributes = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in LogrusPairs.Read(text))
        {
            // The first of a name counts: logrus writes its own three before the caller's.
            if (key == "time" && time is null)
                time = value;
            else if (key == "level" && level is null)
                level = value;
            else if (key == "msg" && message is null)
                message = value;
            else
                attributes.TryAdd(key, GoText.Value(value));
        }

        if (ParseLevel(level) is not { } known)
            return false;
        foreach (var (key, value) in LogrusPairs.ReadFromMessage(message))
            attributes.TryAdd(key, GoText.Value(value));

        parsed = new LogrusText
        {
            Time = ParseTime(time),
            Level = known,
            Message = message,
            Attributes = attributes.AsReadOnly(),
        };
        return true;
    }

    private static LogrusLevel? ParseLevel(string? word) => word switch
    {
        "trace" => LogrusLevel.Trace,
        "debug" => LogrusLevel.Debug,
        "info" => LogrusLevel.Info,
        "warning" or "warn" => LogrusLevel.Warning,
        "error" => LogrusLevel.Error,
        "fatal" => LogrusLevel.Fatal,
        "panic" => LogrusLevel.Panic,
        _ => null,
    };

    private static DateTimeOffset? ParseTime(string? text)
    {
        if (text is null)
            return null;

        // Go prints nanoseconds; a tick is a hundred of them.
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            text = text[..Math.Min(dot + 8, end)] + text[end..];
        }

        var valid = DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        return valid ? time.ToUniversalTime() : null;
    }
}
