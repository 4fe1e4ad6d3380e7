using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>
/// The text's steps against the trace of the same run, for every recorded run. What the text can not carry: edges between
/// steps, the stream of a log line, digests (v0.5 to v0.7 and since v0.9) and times (since v0.5), names beyond 72 bytes
/// (v0.5 to v0.7), a cancelled step's error (since v0.5), and weak members of progress groups (since v0.10).
/// </summary>
public sealed class TraceAgreementTests
{
    /// <summary>buildctl ended without printing the end of its last steps, which its trace has.</summary>
    private static readonly string[] EndsEarly = ["v0.4.0/10g-export-oci-stdout"];

    public static TheoryData<string, string> Runs()
    {
        var data = new TheoryData<string, string>();
        foreach (Recording run in Recording.Versions.SelectMany(Recording.Of).Where(run => run.Trace is not null))
            data.Add(run.Version, run.Name);
        foreach (Recording run in Recording.Of("buildx-v0.10.5").Where(run => run.Trace is not null && run.Progress.Length > 0 && !IsBake(run) && !IsJson(run)))
            data.Add(run.Version, run.Name);
        return data;
    }

    /// <summary>One trace of two builds, whose steps have the same digests.</summary>
    private static bool IsBake(Recording run) => run.Name.StartsWith("07", StringComparison.Ordinal);

    private static bool IsJson(Recording run) => run.Name.StartsWith("10", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Runs))]
    public void Names_states_and_errors_are_those_of_the_trace(string version, string name)
    {
        var run = Recording.Get(version, name);
        foreach ((BuildStep step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            BuildStepState state = EndsEarly.Contains(run.ToString()) && step.State == BuildStepState.Running
                ? BuildStepState.Running
                : vertex.State;
            bool errorIsTold = run.HasEventLines || state == BuildStepState.Failed;
            Assert.Equal((step.Name, state, errorIsTold ? vertex.Error : null), (step.Name, step.State, step.Error));
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Digests_are_those_of_the_trace(string version, string name)
    {
        var run = Recording.Get(version, name);
        foreach ((BuildStep step, TraceOracle.Vertex vertex) in Pairs(run))
            Assert.Equal(run.HasEventLines || version == "v0.8.3" ? vertex.Digest : null, step.Digest);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Times_are_those_of_the_trace_as_far_as_they_are_printed(string version, string name)
    {
        var run = Recording.Get(version, name);
        foreach ((BuildStep step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            if (run.HasEventLines)
            {
                if (!EndsEarly.Contains(run.ToString()))
                    Assert.Equal((vertex.FirstStart, vertex.LastEnd), (step.Started, step.Completed));
                continue;
            }

            Assert.Null(step.Started);
            if (step.Duration is not { } duration)
                continue;
            TimeSpan exact = run.SumsRuns ? vertex.Total : (vertex.Completed - vertex.Started)!.Value;
            Assert.InRange(duration.TotalSeconds, exact.TotalSeconds - 0.0501, exact.TotalSeconds + 0.0501);
        }
    }

    /// <summary>v0.3 and v0.4 print the steps of one flush in random order, but with their exact times.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Steps_complete_in_the_order_of_the_trace_to_within_a_flush(string version, string name)
    {
        var run = Recording.Get(version, name);
        if (run.HasEventLines)
            return;
        var ends = new List<int>();
        foreach (StepCompleted completed in EventLog.Of(run.Progress).OfType<StepCompleted>().Where(end => end.State is not null))
        {
            ends.Remove(completed.Step!.Value);
            ends.Add(completed.Step.Value);
        }

        Dictionary<int, TraceOracle.Vertex> vertices = Pairs(run).ToDictionary(pair => pair.Step.Number, pair => pair.Vertex);
        DateTimeOffset latest = DateTimeOffset.MinValue;
        foreach (int number in ends)
        {
            DateTimeOffset end = vertices[number].Completed!.Value;
            Assert.InRange(end + TimeSpan.FromSeconds(0.4), latest, DateTimeOffset.MaxValue);
            latest = end > latest ? end : latest;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Log_is_that_of_the_trace_byte_for_byte(string version, string name)
    {
        var run = Recording.Get(version, name);
        foreach ((BuildStep step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            string[] expected = [.. vertex.Log.Select(line => Encoding.Latin1.GetString([.. line.Bytes]))];
            string[] actual = [.. step.Log.Select(line => Encoding.Latin1.GetString(line.Bytes.Span))];
            Assert.Equal(expected, actual);
            for (int i = 0; i < expected.Length; i++)
                AssertOffset(vertex, vertex.Log[i].Time, step.Log[i].Offset!.Value.TotalSeconds);
        }
    }

    /// <summary>The printer leaves out updates that tell little, but never the one that completes a transfer.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Transfers_are_those_of_the_trace_to_within_the_printed_digits(string version, string name)
    {
        var run = Recording.Get(version, name);
        Dictionary<string, BuildStep> traced = Tracking.Track(run.Trace!).Steps.ToDictionary(step => step.Digest!);
        foreach ((BuildStep step, TraceOracle.Vertex vertex) in Pairs(run))
        {
            Dictionary<string, BuildTransfer> exact = traced[vertex.Digest].Transfers.ToDictionary(transfer => transfer.Id);
            foreach (BuildTransfer printed in step.Transfers.Where(transfer => transfer.Done))
            {
                BuildTransfer truth = exact[printed.Id];
                AssertSize(truth.Current, printed.Current, printed.CurrentPrecision);
                AssertSize(truth.Total, printed.Total, printed.TotalPrecision);
                Assert.True(truth.Done);
                double elapsed = truth.Elapsed?.TotalSeconds ?? 0;
                Assert.InRange(printed.Elapsed?.TotalSeconds ?? 0, Math.Max(0, elapsed - 0.0501), elapsed + 0.0501);
            }

            IEnumerable<string> completed = exact.Values.Where(transfer => transfer.Done).Select(transfer => transfer.Id);
            if (!EndsEarly.Contains(run.ToString()) && step.State != BuildStepState.Running)
                Assert.Empty(completed.Except(step.Transfers.Where(transfer => transfer.Done).Select(transfer => transfer.Id)));
        }
    }

    /// <summary>buildx lists the warnings after the build; without --debug it leaves the details out.</summary>
    [Theory]
    [InlineData("02b-warn1-debug", 1)]
    [InlineData("03b-warn3-debug", 4)]
    [InlineData("08b-multiplatform-warn-debug", 2)]
    public void Listed_warnings_are_those_of_the_trace_with_all_details(string name, int count)
    {
        Recording run = Recording.Get("buildx-v0.10.5", name);
        IEnumerable<string> exact = Tracking.Track(run.Trace!).ToResult(0).Warnings.Select(Facts);

        Assert.Equal(exact.Order(), Tracking.Track(run.Stderr).ToResult(0).Warnings.Select(Facts).Order());
        Assert.Equal(count, exact.Count());

        static string Facts(BuildWarning warning) =>
            $"{warning} | {warning.File}:{warning.Line} | {warning.Url} | {string.Join('/', warning.Detail)}";
    }

    private static void AssertSize(long? exact, long? printed, long? precision)
    {
        Assert.Equal(exact is null, printed is null);
        if (exact is { } bytes)
            Assert.InRange(printed!.Value, bytes - precision!.Value, bytes + precision.Value);
    }

    /// <summary>The printer counts from the start of whichever run it takes the line to belong to.</summary>
    private static void AssertOffset(TraceOracle.Vertex vertex, DateTimeOffset time, double printed)
    {
        double nearest = vertex.Runs.Select(run => (time - run.Start).TotalSeconds).MinBy(exact => Math.Abs(exact - printed));
        double precision = nearest < 10 ? 0.001 : nearest < 100 ? 0.01 : 0.1;
        Assert.InRange(printed, nearest - precision, nearest + precision);
    }

    /// <summary>
    /// Up to v0.9 the number is the order in which the client heard of a vertex, later that of its first print, for which
    /// among vertices of the same name the order of their ends stands in.
    /// </summary>
    private static List<(BuildStep Step, TraceOracle.Vertex Vertex)> Pairs(Recording run)
    {
        List<BuildStep> steps = [.. Tracking.Track(run.Progress).Steps];
        var pairs = new List<(BuildStep, TraceOracle.Vertex)>();
        IEnumerable<TraceOracle.Vertex> vertices =
            TraceOracle.Read(run.Trace!).Vertices.Where(vertex => vertex.FirstStart is not null);
        if (run.NumbersByPrint)
            vertices = vertices.OrderBy(vertex => vertex.LastEnd ?? DateTimeOffset.MaxValue);
        foreach (TraceOracle.Vertex vertex in vertices)
        {
            BuildStep? step = steps.FirstOrDefault(step =>
                (run.NumbersByPrint || step.Number == vertex.Index) && (step.Name == vertex.Name || IsCut(step, vertex.Name)));
            if (step is null)
            {
                Assert.True(vertex.IsWeak, $"No step for vertex {vertex.Index}, {vertex.Name}");
                continue;
            }

            steps.Remove(step);
            pairs.Add((step, vertex));
        }

        Assert.Empty(steps);
        return pairs;
    }

    private static bool IsCut(BuildStep step, string name) =>
        step.NameIsCut
        && step.Name == Encoding.UTF8.GetString([.. Encoding.UTF8.GetBytes(name).Take(72), .. "..."u8]);
}
