using System.Globalization;
using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>What parsing a file to events adds to the memory of a fresh process.</summary>
internal static class ParserMemory
{
    /// <summary>Parses the file in this process, and prints the peaks before and after in KiB, as memory.ps1 does.</summary>
    public static void Measure(string path)
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        Console.WriteLine(Peak());
        var parser = new ProgressParser(new LatestEventSink());
        using (FileStream file = File.OpenRead(path))
        {
            byte[] block = new byte[64 * 1024];
            for (int length = file.Read(block); length > 0; length = file.Read(block))
                parser.Write(block.AsSpan(0, length));
        }

        parser.Complete();
        Console.WriteLine(Peak());
    }

    private static long Peak() => long.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2],
        NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
        CultureInfo.InvariantCulture);
}
