using System.Diagnostics;
using System.Globalization;

namespace DockerArchive.Bench;

/// <summary>A process that measures something and prints it as numbers, one a line.</summary>
internal static class MeasuringProcess
{
    /// <summary>
    /// Makes the runtime compile code at its best as soon as it is hot. With the usual delays it takes up to half a minute
    /// on one core, where that compiler competes with what is measured.
    /// </summary>
    public static readonly (string Name, string Value) EagerTiering = ("DOTNET_TC_CallCountingDelayMs", "0");

    /// <summary>
    /// Makes the runtime collect garbage every 16 MB. It lets as much lie as the processor's cache holds, hundreds of
    /// megabytes on some machines, which would hide what grows.
    /// </summary>
    public static readonly (string Name, string Value) SmallGenerations = ("DOTNET_GCgen0size", "0x1000000");

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="setting">A variable of its environment, such as <see cref="EagerTiering"/>.</param>
    /// <returns>What it measured.</returns>
    public static double[] Run(string program, string[] arguments, (string Name, string Value)? setting = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        if (setting is var (name, value))
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
        }

        return [.. output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }
}
