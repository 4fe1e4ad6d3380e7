using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>The JSON forms, <c>--trace</c> of every version and <c>rawjson</c>, against an independent reading of the same bytes.</summary>
public sealed class JsonAgreementTests
{
    public static TheoryData<string, string> Runs()
    {
        TheoryData<string, string> data = TraceAgreementTests.Runs();
        foreach (string name in new[] { "hello", "fail", "parallel", "warnings" })
            data.Add("v0.32.2", Recording.Of("v0.32.2").Single(run => run.Name.EndsWith("-rawjson-" + name, StringComparison.Ordinal)).Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Steps_have_every_fact_of_the_vertices(string version, string name)
    {
        var run = Recording.Get(version, name);
        byte[] json = run.Trace ?? run.Stderr;
        List<TraceOracle.Vertex> vertices = TraceOracle.Read(json).Vertices;
        IReadOnlyList<BuildStep> steps = Tracking.Track(json).Steps;

        Assert.Equal(vertices.Count, steps.Count);
        foreach ((TraceOracle.Vertex vertex, BuildStep step) in vertices.Zip(steps))
        {
            Assert.Equal(
                (vertex.Index, vertex.Name, vertex.Digest, vertex.State, vertex.Error, vertex.FirstStart, vertex.LastEnd),
                (step.Number, step.Name, step.Digest, step.State, step.Error, step.Started, step.Completed));
            Assert.Equal(vertex.Inputs, step.Inputs);
            Assert.Equal(vertex.Runs.Exists(ran => ran.End is not null) ? vertex.Total : null, step.Duration);
            Assert.Equal(
                vertex.Log.Select(line => (line.Time, Encoding.Latin1.GetString([.. line.Bytes]), line.Stream, line.Offset)),
                step.Log.Select(line => (line.Time!.Value, Encoding.Latin1.GetString(line.Bytes.Span), (int)line.Stream, line.Offset!.Value)));
        }
    }

    public static TheoryData<string> IndentedRuns() =>
        [.. Recording.Of("v0.13.2").Where(run => run.Trace is not null).Select(run => run.Name)];

    /// <summary>v0.13 indents its JSON over many lines; later versions and every trace have one object per line.</summary>
    [Theory]
    [MemberData(nameof(IndentedRuns))]
    public void Indented_JSON_tells_what_the_trace_of_the_same_run_tells(string name)
    {
        Recording run = Recording.Get("v0.13.2", name);
        BuildTracker printed = Tracking.Track(run.Stderr);
        BuildTracker traced = Tracking.Track(run.Trace!);

        Assert.DoesNotContain(
            EventLog.Of(run.Stderr).OfType<Unrecognised>(), line => !line.ToString().StartsWith("time=", StringComparison.Ordinal));
        Assert.NotEmpty(printed.Steps);
        Assert.Equal(traced.Steps.Select(Facts), printed.Steps.Select(Facts));
        Assert.Equal(run.ExitCode == 0, printed.ToResult(run.ExitCode).Error is null);
    }

    private static string Facts(BuildStep step) => string.Join(
        '|',
        [
            step.Number, step.Name, step.Digest, string.Join(',', step.Inputs), step.State, step.Started?.ToString("O"),
            step.Completed?.ToString("O"), step.Error, string.Join(',', step.Transfers),
            string.Join(',', step.Warnings.Select(warning => $"{warning} {warning.File}:{warning.Line} {warning.Url} {string.Join(' ', warning.Detail)}")),
            .. step.Log.Select(line => $"{line.Time:O} {line.Stream} {Encoding.Latin1.GetString(line.Bytes.Span)}"),
        ]);

    [Fact]
    public void Failure_after_rawjson_is_that_of_plain_progress()
    {
        Recording run = Recording.Of("v0.32.2").Single(run => run.Name.EndsWith("21b-rawjson-fail", StringComparison.Ordinal));
        BuildError error = Tracking.Track(run.Stderr).ToResult(run.ExitCode).Error!;

        Assert.Equal((7, "Dockerfile", 3), (error.ExitCode, error.SourceFile, error.SourceLine));
        Assert.Equal("/bin/sh -c sh -c 'echo out; echo err >&2; exit 7'", error.Process);
    }

    [Fact]
    public void Warning_tells_file_and_page()
    {
        Recording run = Recording.Of("v0.32.2").Single(run => run.Name.EndsWith("21d-rawjson-warnings", StringComparison.Ordinal));
        BuildWarning warning = Tracking.Track(run.Stderr).ToResult().Warnings.Single(warning => warning.Rule == "StageNameCasing");

        Assert.Equal(
            ("Stage name 'Base' should be lowercase", "Dockerfile", 1, "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/"),
            (warning.Message, warning.File, warning.Line, warning.Url));
    }

    [Theory]
    [InlineData("{\n  \"vertexes\": [\n    {\n      \"digest\": \"sha256:aa\",\n      \"name\": \"a \\u003e b\"\n    }\n  ]\n}\n{\n  \"logs\": [\n    {\n      \"vertex\": \"sha256:aa\",\n      \"stream\": 2,\n      \"data\": \"aGkK\",\n      \"timestamp\": \"2026-11-24T11:41:10.989673587Z\"\n    }\n  ]\n}\n")]
    [InlineData("{\n\"vertexes\": [{\"digest\": \"sha256:aa\", \"name\": \"a > b\"}]\n}{\n\"logs\": [{\"vertex\": \"sha256:aa\", \"stream\": 2, \"data\": \"aGkK\", \"timestamp\": \"2026-11-24T11:41:10.989673587Z\"}]\n}")]
    [InlineData("{\"vertexes\":[{\"digest\":\"sha256:aa\",\"name\":\"a > b\"}]}{\"logs\":[{\"vertex\":\"sha256:aa\",\"stream\":2,\"data\":\"aGkK\",\"timestamp\":\"2026-11-24T11:41:10.989673587Z\"}]}")]
    [InlineData("{\"VERTEXES\":[{\"Digest\":\"sha256:aa\",\"unknown\":{\"a\":[1,{}]},\"Name\":\"a > b\"}],\"Logs\":[{\"Vertex\":\"sha256:aa\",\"Stream\":2,\"Data\":\"aGkK\",\"Timestamp\":\"2026-11-24T11:41:10.989673587Z\"}]}\r\n")]
    public void Objects_may_be_indented_unseparated_or_of_other_case(string json)
    {
        BuildStep step = Assert.Single(Tracking.Result(json).Steps);

        Assert.Equal(("a > b", BuildStepState.Pending), (step.Name, step.State));
        Assert.Equal(("hi", BuildLogOrigin.StandardError), (step.Log[0].Text, step.Log[0].Stream));
        List<BuildEvent> events = EventLog.Of(json);
        Assert.Equal(json, string.Concat(events.Select(told => Encoding.UTF8.GetString(told.Raw.Span))));
        Assert.DoesNotContain(events, told => told is Unrecognised);
    }

    [Fact]
    public void Object_that_breaks_off_tells_what_it_has()
    {
        List<BuildEvent> events = EventLog.Of("{\"vertexes\":[{\"digest\":\"sha256:aa\",\"name\":\"a\"},{\"digest\":\"sha25");

        Assert.Equal("a", Assert.IsType<StepNamed>(events[0]).Name);
        Assert.Equal(",{\"digest\":\"sha25", Assert.IsType<Unrecognised>(events[1]).ToString());
    }

    [Fact]
    public void Brace_that_begins_no_status_is_plain_text()
    {
        List<BuildEvent> events = EventLog.Of("{\n  \"layers\": []\n}\n#1 [1/1] RUN x\n");

        Assert.Equal(3, events.OfType<Unrecognised>().Count());
        Assert.Equal("[1/1] RUN x", Assert.IsType<StepStarted>(events[3]).Name);
    }
}
