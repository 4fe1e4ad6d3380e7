using DockerArchive.Tests.Buildkit;

namespace DockerArchive.Bench;

/// <summary>What is parsed: the outputs of one or more builds, as real daemons printed them.</summary>
internal sealed class ProgressInput
{
    public const string Log = "log";
    public const string Mixed = "mixed";

    private const int LogLines = 200_000;

    /// <summary>Beyond it there are only long logs, which the other input has, and a tar.</summary>
    private const int MixedStreamLimit = 64 * 1024;

    private ProgressInput(byte[][] streams)
    {
        Streams = streams;
        Length = streams.Sum(stream => (long)stream.Length);
    }

    public static IReadOnlyList<string> Names { get; } = [Log, Mixed];

    /// <summary>One stream per build.</summary>
    public IReadOnlyList<byte[]> Streams { get; }

    /// <summary>The length of all streams, in bytes.</summary>
    public long Length { get; }

    public static ProgressInput Get(string name) => name == Log ? MakeLog() : MakeMixed();

    private static ProgressInput MakeLog()
    {
        using var log = new MemoryStream();
        new LongLog().WriteTo(log, LogLines);
        return new ProgressInput([log.ToArray()]);
    }

    private static ProgressInput MakeMixed()
    {
        IEnumerable<byte[]> streams =
            from version in Recording.Versions
            from run in Recording.Of(version)
            where run.Progress.Length is > 0 and <= MixedStreamLimit && !run.Name.Contains("rawjson", StringComparison.Ordinal)
            select run.Progress;
        return new ProgressInput([.. streams]);
    }
}
