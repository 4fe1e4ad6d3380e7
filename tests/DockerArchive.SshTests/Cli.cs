using System.Diagnostics;
using System.Globalization;

namespace DockerArchive.SshTests;

/// <summary>Programs and processes of this machine.</summary>
internal static class Cli
{
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }

    /// <summary>Ends a process if it has not ended by itself.</summary>
    public static void Kill(int id)
    {
        try
        {
            Process.GetProcessById(id).Kill();
        }
        catch (ArgumentException)
        {
            // It has.
        }
    }

    /// <summary>What <c>ps</c> shows.</summary>
    public static IEnumerable<(int Id, int Parent, string Command)> Processes() =>
        from line in Run("ps", "-eo", "pid=,ppid=,args=").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries)
        select (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words.ElementAtOrDefault(2) ?? "");

    /// <summary>Waits until nothing in <c>ps</c> carries the mark, and tells what still does after the time.</summary>
    public static async Task<IReadOnlyList<string>> LeftAsync(string mark, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var left = Processes().Where(p => p.Command.Contains(mark, StringComparison.Ordinal) && !p.Command.StartsWith("ps ", StringComparison.Ordinal))
                .Select(p => p.Command).ToArray();
            if (left.Length == 0 || watch.Elapsed > patience)
                return left;
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
