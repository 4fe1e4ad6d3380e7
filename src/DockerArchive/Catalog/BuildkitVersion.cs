using System.Globalization;
using System.Text.RegularExpressions;

namespace DockerArchive.Catalog;

/// <summary>A BuildKit version as the archive's directories have it: <c>v0.11.0-rc1</c>, <c>v0.12.4-debug</c>.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Release">The version without <c>-debug</c>, which is a tag of BuildKit's.</param>
/// <param name="IsDebug">Whether the daemon can be run under a debugger there.</param>
/// <param name="FirstPort">Where the archive's port for it is looked for; see <see cref="Ports"/>.</param>
internal sealed partial record BuildkitVersion(string Text, string Release, bool IsDebug, long FirstPort)
{
    /// <summary>
    /// The ports that the archive's rule allows, best first: minor × 1000 + patch × 100 + candidate × 10 and the nine that
    /// follow, so that the port tells the version (v0.10.3: 10300 to 10309; v0.11.0-rc1: 11010 to 11019).
    /// </summary>
    public IEnumerable<int> Ports =>
        Enumerable.Range(0, 10).Select(i => FirstPort + i).Where(p => p is > 1023 and <= 65535).Select(p => (int)p);

    /// <summary>Reads a version; null where the text is none of this form.</summary>
    public static BuildkitVersion? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            return null;
        var debug = match.Groups["debug"].Success;
        var port = Number("major") * 100_000 + Number("minor") * 1000 + Number("patch") * 100 + Number("candidate") * 10;
        return new BuildkitVersion(text, debug ? text[..^"-debug".Length] : text, debug, port);

        long Number(string group) =>
            match.Groups[group] is { Success: true } found ? long.Parse(found.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The version, as the directory is named.</summary>
    public override string ToString() => Text;

    [GeneratedRegex(@"^v(?<major>\d{1,6})\.(?<minor>\d{1,6})\.(?<patch>\d{1,6})(?:-rc(?<candidate>\d{1,6}))?(?<debug>-debug)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
