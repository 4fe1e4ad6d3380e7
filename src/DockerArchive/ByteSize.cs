using System.Globalization;

namespace DockerArchive;

/// <summary>Sizes for people: decimal units with two decimals, as BuildKit and docker print them.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Formats a size.</summary>
    /// <param name="bytes">Size in bytes.</param>
    /// <returns>Text such as <c>512B</c> or <c>49.88MB</c>.</returns>
    public static string Text(long bytes)
    {
        var unit = 0;
        double value = bytes;
        while (Math.Abs(value) >= 1000 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes}B")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0.00}{Units[unit]}");
    }
}
