using System.Globalization;

namespace DockerArchive.Buildkit;

/// <summary>What the text of an error tells about the process that failed.</summary>
internal static class FailureText
{
    private const string ExitCodeLabel = "exit code: ";
    private const string OldOpening = "executor failed running [";
    private const string OldClosing = "]: ";
    private const string NewOpening = "process \"";
    private const string NewClosing = "\" did not complete successfully";

    /// <summary>The exit code of the step's process, in every version but v0.6 and v0.7.</summary>
    public static int? ExitCode(string text)
    {
        int at = text.LastIndexOf(ExitCodeLabel, StringComparison.Ordinal);
        if (at < 0)
            return null;
        ReadOnlySpan<char> digits = text.AsSpan(at + ExitCodeLabel.Length);
        int end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(
            end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : null;
    }

    /// <summary>The command line between the words that BuildKit puts around it (<c>process "…"</c> since v0.9).</summary>
    public static string? Process(string text) =>
        Between(text, NewOpening, NewClosing) ?? Between(text, OldOpening, OldClosing);

    private static string? Between(string text, string opening, string closing)
    {
        int start = text.IndexOf(opening, StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += opening.Length;
        int end = text.LastIndexOf(closing, StringComparison.Ordinal);
        return end < start ? null : text[start..end];
    }
}
