using System.Buffers;
using System.Globalization;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A warning that BuildKit printed about the build's definition (<c>WARN:</c> since v0.10, lint rules since v0.14).</summary>
public sealed record BuildWarning
{
    /// <summary>The number of the step that printed it, or null for buildx's closing list.</summary>
    public int? Step { get; init; }

    /// <summary>The lint rule (<c>JSONArgsRecommended</c>), or null when the text names none.</summary>
    public string? Rule { get; init; }

    /// <summary>The warning without rule and line.</summary>
    public required string Message { get; init; }

    /// <summary>The file it is about, when told.</summary>
    public string? File { get; init; }

    /// <summary>The line in that file, counted from 1, when told.</summary>
    public int? Line { get; init; }

    /// <summary>A page that explains the rule, when told.</summary>
    public string? Url { get; init; }

    /// <summary>What BuildKit says beyond the message, line by line; JSON and buildx's list with --debug tell it.</summary>
    public IReadOnlyList<string> Detail { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Rule is null ? Message : $"{Rule}: {Message}";

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    internal static BuildWarning FromToken(scoped in BuildToken token)
    {
        string message = Encoding.UTF8.GetString(token.Text);
        string? rule = TakeRule(ref message);
        int? line = TakeLine(ref message);
        return new BuildWarning
        {
            Step = token.Step == BuildToken.NoStep ? null : token.Step,
            Rule = rule,
            Message = message,
            File = token.File.IsEmpty ? null : Encoding.UTF8.GetString(token.File),
            Line = token.Line > 0 ? token.Line : line,
            Url = token.Url.IsEmpty ? null : Encoding.UTF8.GetString(token.Url),
        };
    }

    /// <summary>Adds the warning that a token tells of, or what it tells more of the last one.</summary>
    internal static void Add(List<BuildWarning> warnings, scoped in BuildToken token)
    {
        if (token.IsContinuation && warnings.Count > 0)
            warnings[^1] = warnings[^1].With(token);
        else
            warnings.Add(FromToken(token));
    }

    private BuildWarning With(scoped in BuildToken more) => this with
    {
        File = more.File.IsEmpty ? File : Encoding.UTF8.GetString(more.File),
        Line = more.Line > 0 ? more.Line : Line,
        Url = more.Url.IsEmpty ? Url : Encoding.UTF8.GetString(more.Url),
        Detail = more.Part == BuildFailurePart.None && !more.Text.IsEmpty
            ? [.. Detail, Encoding.UTF8.GetString(more.Text)]
            : Detail,
    };

    /// <summary>This warning with what another report of it tells.</summary>
    internal BuildWarning With(BuildWarning other) => this with
    {
        File = File ?? other.File,
        Line = Line ?? other.Line,
        Url = Url ?? other.Url,
        Detail = Detail.Count == 0 ? other.Detail : Detail,
    };

    internal bool IsSameAs(BuildWarning other) =>
        (Rule, Message) == (other.Rule, other.Message) && (Line is null || other.Line is null || Line == other.Line);

    private static string? TakeRule(ref string message)
    {
        int colon = message.IndexOf(": ", StringComparison.Ordinal);
        if (colon <= 1 || !char.IsAsciiLetterUpper(message[0]) || message.AsSpan(0, colon).ContainsAnyExcept(Letters))
            return null;
        string rule = message[..colon];
        message = message[(colon + 2)..];
        return rule;
    }

    private static int? TakeLine(ref string message)
    {
        const string Opening = " (line ";
        int open = message.LastIndexOf(Opening, StringComparison.Ordinal);
        if (open < 0 || !message.EndsWith(')'))
            return null;
        ReadOnlySpan<char> digits = message.AsSpan(open + Opening.Length)[..^1];
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int line))
            return null;
        message = message[..open];
        return line;
    }
}
