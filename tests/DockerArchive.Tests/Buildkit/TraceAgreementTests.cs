using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>The text's steps against the trace of the same run.</summary>
public sealed class TraceAgreementTests
{
    private static readonly string[] Cases =
    [
        "01-hello", "02-cached", "03-fail", "03b-fail-long", "03c-fail-heredoc", "03d-two-failures", "04-parallel",
        "04b-partial-interleave", "05b-oddlines", "06-unicode", "12a-cancel-sigint", "12b-cancel-sigterm",
        "12c-cancel-parallel",
    ];

    public static TheoryData<string, string> Runs()
    {
        var data = new TheoryData<string, string>();
        foreach (string version in Recording.Versions)
        {
            foreach (Recording run in Recording.Of(version).Where(run => run.Trace is not null && Cases.Contains(run.Name)))
                data.Add(version, run.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Steps_of_the_text_are_the_vertices_of_the_trace(string version, string name)
    {
        var run = Recording.Get(version, name);
        var differences = new List<string>();
        foreach ((BuildStep? step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            if (step is null)
            {
                differences.Add($"no step for {vertex.Index} {vertex.Name}");
                continue;
            }

            if (StateOf(vertex) != step.State)
                differences.Add($"{step}: {step.State} instead of {StateOf(vertex)}");
            if (step.Error != (step.State == BuildStepState.Canceled && !run.HasEventLines ? null : vertex.Error))
                differences.Add($"{step}: error {step.Error} instead of {vertex.Error}");
            if (run.HasEventLines && (step.Digest != vertex.Digest || step.Number != vertex.Index))
                differences.Add($"{step}: {step.Digest} instead of {vertex.Index} {vertex.Digest}");
            if (version == "v0.8.3" && step.Digest != vertex.Digest)
                differences.Add($"{step}: {step.Digest} instead of {vertex.Digest}");
            if (run.HasEventLines && (step.Started != vertex.FirstStart || step.Completed != vertex.LastEnd))
                differences.Add($"{step}: {step.Started:O} {step.Completed:O} instead of {vertex.FirstStart:O} {vertex.LastEnd:O}");
        }

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Log_of_the_text_is_the_log_of_the_trace_byte_for_byte(string version, string name)
    {
        var run = Recording.Get(version, name);
        foreach ((BuildStep? step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            if (step is null)
                continue;
            string[] expected = [.. vertex.Log.Select(line => Encoding.Latin1.GetString([.. line.Bytes]))];
            string[] actual = [.. step.Log.Select(line => Encoding.Latin1.GetString(line.Bytes.Span))];
            Assert.Equal(expected, actual);
            for (int i = 0; i < expected.Length; i++)
            {
                TimeSpan exact = vertex.Log[i].Offset;
                TimeSpan printed = step.Log[i].Offset!.Value;
                double precision = exact.TotalSeconds < 10 ? 0.001 : exact.TotalSeconds < 100 ? 0.01 : 0.1;
                Assert.InRange(printed.TotalSeconds, exact.TotalSeconds - precision, exact.TotalSeconds + precision);
            }
        }
    }

    /// <summary>Up to v0.9 the number is the order in which the client heard of a vertex, later that of its first print.</summary>
    private static List<(BuildStep? Step, TraceOracle.Vertex Vertex)> Pairs(Recording run)
    {
        var tracker = new BuildTracker();
        var parser = new ProgressParser(tracker);
        parser.Write(run.Progress);
        parser.Complete();
        List<BuildStep> steps = [.. tracker.Steps];
        var pairs = new List<(BuildStep?, TraceOracle.Vertex)>();
        bool numbered = run.Version is not ("v0.10.0" or "v0.12.4" or "v0.32.2");
        foreach (TraceOracle.Vertex vertex in TraceOracle.Read(run.Trace!).Vertices.Where(vertex => vertex.FirstStart is not null))
        {
            BuildStep? step = steps.FirstOrDefault(step =>
                (!numbered || step.Number == vertex.Index) && (step.Name == vertex.Name || IsCut(step, vertex.Name)));
            steps.Remove(step!);
            pairs.Add((step, vertex));
        }

        Assert.Empty(steps);
        return pairs;
    }

    private static bool IsCut(BuildStep step, string name) =>
        step.NameIsCut
        && step.Name == Encoding.UTF8.GetString([.. Encoding.UTF8.GetBytes(name).Take(72), .. "..."u8]);

    private static BuildStepState StateOf(TraceOracle.Vertex vertex) =>
        vertex.Completed is null ? BuildStepState.Running
        : vertex.Error is { } error
            ? error.EndsWith("context canceled", StringComparison.Ordinal) ? BuildStepState.Canceled : BuildStepState.Failed
        : vertex.Cached ? BuildStepState.Cached
        : BuildStepState.Done;
}
