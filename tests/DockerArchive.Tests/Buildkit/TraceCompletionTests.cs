using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>The result of a text, completed by the trace of the same run.</summary>
public sealed class TraceCompletionTests
{
    public static TheoryData<string, string> Runs() => TraceAgreementTests.Runs();

    [Theory]
    [MemberData(nameof(Runs))]
    public void Steps_keep_their_numbers_and_gain_digests_inputs_times_and_streams(string version, string name)
    {
        var run = Recording.Get(version, name);
        BuildTracker text = Tracking.Track(run.Stdout, run.Stderr);
        BuildTracker trace = Tracking.Track(run.Trace!);
        BuildResult result = text.ToResult(run.ExitCode, trace);

        Assert.Equal(trace.StepCount, result.Steps.Count);
        Assert.Equal(result.Steps.Count, result.Steps.Select(step => step.Number).Distinct().Count());
        Assert.Equal(text.Steps.Select(step => step.Number), result.Steps.Take(text.StepCount).Select(step => step.Number));
        foreach ((BuildStep before, BuildStep step) in text.Steps.Zip(result.Steps))
        {
            BuildStep exact = trace.Steps.Single(traced => traced.Digest == step.Digest);
            Assert.Equal(
                (exact.Name, exact.Started, exact.Completed, exact.Duration ?? before.Duration),
                (step.Name, step.Started, step.Completed, step.Duration));
            Assert.Equal(exact.Inputs, step.Inputs);
            Assert.All(step.Log, line => Assert.NotNull(line.Time));
            Assert.Equal(
                before.Log.Select(line => Encoding.Latin1.GetString(line.Bytes.Span)),
                step.Log.Select(line => Encoding.Latin1.GetString(line.Bytes.Span)));
            Assert.All(step.Warnings, warning => Assert.Equal(step.Number, warning.Step));
        }
    }

    [Fact]
    public void Name_that_the_text_cuts_is_whole()
    {
        Recording run = Recording.Get("v0.5.0", "06-unicode");
        BuildResult result = Tracking.Track(run.Stderr).ToResult(0, Tracking.Track(run.Trace!));

        Assert.DoesNotContain(result.Steps, step => step.NameIsCut);
        Assert.EndsWith("konec'", result.Steps.Single(step => step.Index == 3).Name, StringComparison.Ordinal);
    }
}
