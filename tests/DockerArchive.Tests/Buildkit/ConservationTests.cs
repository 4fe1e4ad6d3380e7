using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>Properties that hold for every input: no byte is lost, pieces make no difference, memory stays bounded.</summary>
public sealed class ConservationTests
{
    /// <summary>Single bytes and every split point are tried on inputs up to this size; larger ones come in random pieces.</summary>
    private const int ThoroughLength = 1 << 19;

    public static TheoryData<string> Versions() => [.. Recording.All];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Raw_bytes_of_the_events_are_the_input(string version)
    {
        foreach (byte[] input in Inputs(version))
            Assert.True(EventDigest.Of(input, () => int.MaxValue).IsConserved);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Events_are_the_same_however_the_input_is_split(string version)
    {
        var random = new Random(20261124);
        foreach (byte[] input in Inputs(version))
        {
            int whole = EventDigest.Of(input, () => int.MaxValue).Fields;
            Assert.Equal(whole, EventDigest.Of(input, () => random.Next(1, 400)).Fields);
            Assert.Equal(whole, EventDigest.Of(input, () => 4096).Fields);
            if (input.Length <= ThoroughLength)
                Assert.Equal(whole, EventDigest.Of(input, () => 1).Fields);
        }
    }

    [Theory]
    [InlineData("v0.4.0", "05b-oddlines")]
    [InlineData("v0.5.0", "05b-oddlines")]
    [InlineData("v0.32.2", "03-fail")]
    [InlineData("v0.13.2", "fail")]
    [InlineData("buildx-v0.10.5", "03b-warn3-debug")]
    public void Events_are_the_same_for_each_single_split_point(string version, string name)
    {
        byte[] input = Recording.Get(version, name).Progress;
        int whole = EventDigest.Of(input, () => int.MaxValue).Fields;
        for (int point = 1; point < input.Length; point++)
        {
            int[] lengths = [point, int.MaxValue];
            int piece = 0;
            Assert.Equal(whole, EventDigest.Of(input, () => lengths[piece++]).Fields);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("#1 [1/1] RUN x\n#1 0.123 ")]
    [InlineData("{\n \"logs\": [")]
    public void Line_without_end_comes_in_pieces_of_bounded_size(string start)
    {
        byte[] input = [.. System.Text.Encoding.ASCII.GetBytes(start), .. new byte[3 * ProgressParser.LineLimit], (byte)'\n'];
        EventDigest whole = EventDigest.Of(input, () => int.MaxValue);

        Assert.True(whole.IsConserved);
        Assert.Equal(whole.Fields, EventDigest.Of(input, () => 65536).Fields);
        var tracker = new BuildTracker();
        EventDigest.Feed(tracker, input, () => 1 << 20);
        Assert.Equal(start.StartsWith('#') ? 3 * ProgressParser.LineLimit : 0, tracker.Steps.Sum(step => step.Log.Sum(line => line.Bytes.Length)));
    }

    [Fact]
    public void Counting_allocates_nothing_per_line()
    {
        byte[] input = Recording.Get("v0.4.0", "05-longlog").Progress;
        var count = new Count();
        EventDigest.Feed(count, input, () => 65536);
        long before = GC.GetAllocatedBytesForCurrentThread();
        EventDigest.Feed(count, input, () => 65536);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(count.Lines > 400_000);
        Assert.InRange(allocated, 0, 65536);
    }

    private static IEnumerable<byte[]> Inputs(string version) =>
        Recording.Of(version).SelectMany(run => new[] { run.Stdout, run.Stderr, run.Trace ?? [] });

    private sealed class Count : IBuildEventSink
    {
        public int Lines { get; private set; }

        public void Accept(scoped in BuildToken token) => Lines++;
    }
}
