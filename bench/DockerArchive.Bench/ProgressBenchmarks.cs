using BenchmarkDotNet.Attributes;
using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>Reading a build's output from memory: the parser and its peers.</summary>
public class ProgressBenchmarks
{
    /// <summary>What a stream would hand over at once.</summary>
    private const int ChunkLength = 64 * 1024;

    private ProgressInput _input = null!;

    /// <summary>The text.</summary>
    [Params(ProgressInput.Log, ProgressInput.Mixed)]
    public string Input { get; set; } = ProgressInput.Log;

    /// <summary>Makes the text.</summary>
    [GlobalSetup]
    public void Setup() => _input = ProgressInput.Get(Input);

    /// <summary>The peer that makes objects.</summary>
    [Benchmark(Baseline = true)]
    public object? RegexEvents()
    {
        RegexEvent? last = null;
        foreach (byte[] stream in _input.Streams)
            last = RegexEventReader.ReadAll(new MemoryStream(stream));
        return last;
    }

    /// <summary>The peer that makes nothing.</summary>
    [Benchmark]
    public int RegexCounts()
    {
        var counter = new RegexCounter();
        foreach (byte[] stream in _input.Streams)
            counter.ReadAll(new MemoryStream(stream));
        return counter.LogLines;
    }

    /// <summary>Tokens that are only counted.</summary>
    [Benchmark]
    public int Tokens()
    {
        var sink = new CountingSink();
        foreach (byte[] stream in _input.Streams)
            Parse(stream, sink);
        return sink.LogLines;
    }

    /// <summary>An event object for every token, dropped at the next.</summary>
    [Benchmark]
    public object? Events()
    {
        var sink = new LatestEventSink();
        foreach (byte[] stream in _input.Streams)
            Parse(stream, sink);
        return sink.Latest;
    }

    /// <summary>Steps, put together with their logs.</summary>
    [Benchmark]
    public int Steps() => Track(keepLog: true);

    /// <summary>Steps without their logs.</summary>
    [Benchmark]
    public int StepsWithoutLog() => Track(keepLog: false);

    private int Track(bool keepLog)
    {
        int steps = 0;
        foreach (byte[] stream in _input.Streams)
        {
            var tracker = new BuildTracker { KeepLog = keepLog };
            Parse(stream, tracker);
            steps += tracker.StepCount;
        }

        return steps;
    }

    private static void Parse(ReadOnlySpan<byte> stream, IBuildEventSink sink)
    {
        var parser = new ProgressParser(sink);
        for (; stream.Length > ChunkLength; stream = stream[ChunkLength..])
            parser.Write(stream[..ChunkLength]);
        parser.Write(stream);
        parser.Complete();
    }
}
