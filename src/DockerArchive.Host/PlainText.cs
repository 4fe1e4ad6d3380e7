using System.Management.Automation;
using System.Management.Automation.Internal;

namespace DockerArchive.Host;

/// <summary>Text without the escape sequences that style it.</summary>
internal static class PlainText
{
    public static string Of(string text) => text.Contains('\e', StringComparison.Ordinal)
        ? new StringDecorated(text).ToString(OutputRendering.PlainText)
        : text;
}
