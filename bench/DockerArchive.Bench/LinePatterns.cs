using System.Text.RegularExpressions;

namespace DockerArchive.Bench;

/// <summary>Plain progress as regular expressions: a line's form judged by itself, without what stood before it.</summary>
internal static partial class LinePatterns
{
    private const string LogForm = @"^#([0-9]+) (-?[0-9]+\.[0-9]*) ?(.*)$";
    private const string EndForm = "^#([0-9]+) (DONE|CACHED|CANCELED|ERROR)(?:(?:: | )(.*))?$";
    private const string HeaderForm = @"^#([0-9]+) (\[[^\]]+\] .+)$";
    private const string WarningForm = "^#([0-9]+) WARN: (.+)$";
    private const string StatusForm =
        "^#([0-9]+) (.+?)(?: ([0-9.]+[kMGT]?B))?(?: / ([0-9.]+[kMGT]?B))?(?: ([0-9.]+)s)?( done)?$";

    [GeneratedRegex(LogForm, RegexOptions.CultureInvariant)]
    public static partial Regex Log { get; }

    [GeneratedRegex(EndForm, RegexOptions.CultureInvariant)]
    public static partial Regex End { get; }

    [GeneratedRegex(HeaderForm, RegexOptions.CultureInvariant)]
    public static partial Regex Header { get; }

    [GeneratedRegex(WarningForm, RegexOptions.CultureInvariant)]
    public static partial Regex Warning { get; }

    [GeneratedRegex(StatusForm, RegexOptions.CultureInvariant)]
    public static partial Regex Status { get; }

    /// <summary>The same forms for those who only ask whether they match, without the cost of captures.</summary>
    public static partial class WithoutCaptures
    {
        private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

        [GeneratedRegex(LogForm, Options)]
        public static partial Regex Log { get; }

        [GeneratedRegex(EndForm, Options)]
        public static partial Regex End { get; }

        [GeneratedRegex(HeaderForm, Options)]
        public static partial Regex Header { get; }

        [GeneratedRegex(WarningForm, Options)]
        public static partial Regex Warning { get; }

        [GeneratedRegex(StatusForm, Options)]
        public static partial Regex Status { get; }
    }
}
