using System.Diagnostics;
using System.Globalization;

namespace DockerArchive.Bench;

/// <summary>A process that measures something and prints it as numbers, one a line.</summary>
internal static class MeasuringProcess
{
    public static double[] Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
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
