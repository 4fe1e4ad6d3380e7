using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace DockerArchive.Tests.Buildkit;

/// <summary>A recorded run of a real buildctl: its raw streams, its exit code and the trace of the same run.</summary>
public sealed class Recording
{
    private static readonly ConcurrentDictionary<string, Lazy<Recording[]>> Archives = new();

    private Recording(string version, string name, Dictionary<string, byte[]> files)
    {
        Version = version;
        Name = name;
        Stdout = files.GetValueOrDefault("stdout") ?? [];
        Stderr = files.GetValueOrDefault("stderr") ?? [];
        Trace = files.GetValueOrDefault("trace.json");
        ExitCode = files.TryGetValue("exit", out byte[]? exit)
            && int.TryParse(Encoding.ASCII.GetString(exit), CultureInfo.InvariantCulture, out int code) ? code : null;
    }

    public static IReadOnlyList<string> Versions { get; } =
        ["v0.3.0", "v0.4.0", "v0.5.0", "v0.8.3", "v0.10.0", "v0.12.4", "v0.32.2"];

    /// <summary>buildx with the warnings it lists at the end, and v0.13.2, the first that printed JSON and in a form of its own.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Versions, "v0.13.2", "buildx-v0.10.5", "buildx-v0.12.1"];

    public string Version { get; }

    public string Name { get; }

    public byte[] Stdout { get; }

    public byte[] Stderr { get; }

    public byte[]? Trace { get; }

    public int? ExitCode { get; }

    /// <summary>v0.3 and v0.4 print progress to standard output, later versions to standard error.</summary>
    public bool HasEventLines => Version is "v0.3.0" or "v0.4.0";

    /// <summary>Since v0.10 <c>DONE</c> tells the sum of a step's runs, before that the last run.</summary>
    public bool SumsRuns => Version is "v0.10.0" or "v0.12.4" or "v0.32.2" or "buildx-v0.10.5";

    /// <summary>Since v0.10 steps are numbered when they are first printed, before that when they are first heard of.</summary>
    public bool NumbersByPrint => SumsRuns;

    public byte[] Progress => HasEventLines ? Stdout : Stderr;

    public static Recording Get(string version, string name) => Of(version).Single(run => run.Name == name);

    public static Recording[] Of(string version) =>
        Archives.GetOrAdd(version, key => new Lazy<Recording[]>(() => Read(key))).Value;

    public override string ToString() => $"{Version}/{Name}";

    private static Recording[] Read(string version)
    {
        var runs = new SortedDictionary<string, Dictionary<string, byte[]>>(StringComparer.Ordinal);
        string path = Path.Combine(AppContext.BaseDirectory, "data", "progress", version + ".tar.gz");
        using var archive = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            string file = entry.Name[(version.Length + 1)..];
            bool packed = file.EndsWith(".gz", StringComparison.Ordinal);
            int dot = file.IndexOf('.', StringComparison.Ordinal);
            string kind = packed ? file[(dot + 1)..^3] : file[(dot + 1)..];
            using var content = new MemoryStream();
            using Stream source =
                packed ? new GZipStream(entry.DataStream, CompressionMode.Decompress) : entry.DataStream;
            source.CopyTo(content);
            if (!runs.TryGetValue(file[..dot], out Dictionary<string, byte[]>? files))
                runs.Add(file[..dot], files = []);
            files[kind] = content.ToArray();
        }

        return [.. runs.Select(run => new Recording(version, run.Key, run.Value))];
    }
}
