using System.Text;
using System.Text.RegularExpressions;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>Every line of every recorded run has its place.</summary>
public sealed partial class RecordedTextTests
{
    public static TheoryData<string> Versions() => [.. Recording.All];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_line_of_a_progress_stream_is_recognised(string version)
    {
        var unknown = new List<string>();
        foreach (Recording run in Recording.Of(version))
        {
            foreach (Unrecognised told in EventLog.Of(run.Progress).OfType<Unrecognised>())
            {
                if (!IsOfAnotherProgram(told.ToString(), run))
                    unknown.Add($"{run}: {told.ToString()[..Math.Min(200, told.ToString().Length)]}");
            }
        }

        Assert.Empty(unknown);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Failed_build_has_an_error_and_a_successful_one_has_none(string version)
    {
        foreach (Recording run in Recording.Of(version).Where(run => run.ExitCode is 0 or 1))
        {
            BuildResult result = Tracking.Track(run.Stdout, run.Stderr).ToResult(run.ExitCode);

            Assert.Equal(run.ExitCode == 0, result.Succeeded);
            Assert.True((run.ExitCode == 0) == (result.Error is null), run.ToString());
            if (result.Error is { } error)
                Assert.Contains(error.Message.Split('\n')[0], Encoding.UTF8.GetString(run.Stderr), StringComparison.Ordinal);
        }
    }

    /// <summary>With --debug, the error's place in the source comes directly after the list of warnings, in the same form.</summary>
    [Fact]
    public void Listed_warnings_and_the_source_of_an_error_are_kept_apart()
    {
        BuildResult result = Tracking.Track(Recording.Get("buildx-v0.12.1", "04b-warnfail-debug").Stderr).ToResult(1);

        Assert.Equal([6, 10], result.Warnings.Select(warning => warning.Line!.Value).Order());
        Assert.All(result.Warnings, warning => Assert.Equal("https://github.com/moby/moby/pull/33719", warning.Url));
        Assert.Equal(("Dockerfile", 7, 7), (result.Error!.SourceFile, result.Error.SourceLine, result.Error.ExitCode));
        Assert.Contains(result.Error.Excerpt, line => line.Contains(">>>     exit 7", StringComparison.Ordinal));
        Assert.DoesNotContain('\n', result.Error.Message);
    }

    [GeneratedRegex(@"^(\d+ v[\d.]+ |\t?(github\.com|golang\.org|google\.golang\.org|go\.opentelemetry\.io|runtime|sync|main|net)[./])")]
    private static partial Regex Stack();

    /// <summary>logrus, Go's log package, stacks of --debug, the command line's usage text, and a tar on the same stream.</summary>
    private static bool IsOfAnotherProgram(string line, Recording run) =>
        line.StartsWith("time=\"", StringComparison.Ordinal)
        || line.StartsWith("2026/11/24 ", StringComparison.Ordinal)
        || line.StartsWith("DEBUG: ", StringComparison.Ordinal)
        || line.StartsWith("WARNING: ", StringComparison.Ordinal)
        || (run.Name.EndsWith("-debug", StringComparison.Ordinal) && Stack().IsMatch(line))
        || run.Name is "untraced/20b-unknown-flag" or "20b-unknown-flag" or "10-bad-flag"
        || run.Name.Contains("10g-export-oci-stdout", StringComparison.Ordinal);
}
