using DockerArchive.Tests.Buildkit;

namespace DockerArchive.IntegrationTests;

/// <summary>Exact facts from a buildctl that has them. The buildctl is a stand-in, see <see cref="ReplayedBuildctl"/>.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class TraceTests(RunningEnvironment environment)
{
    private const string TraceHelp =
        "   --output value\n   --opt value\n   --progress value  Set type of progress (auto, plain, tty)\n   --trace value  Path to trace file.\n";

    private const string JsonHelp =
        "   --output value\n   --opt value\n   --progress value  Set type of progress (auto, plain, tty, rawjson)\n   --trace value  Path to trace file.\n";

    private RunResult Build(string arguments) => environment.Module.Run(
        $"Invoke-BuildctlBuild {RunningEnvironment.Name} $hello {arguments}",
        ("hello", Path.Combine(ModuleRunspace.Root, "examples", "hello")));

    private IEnumerable<string> Ask(string expression, RunResult run) =>
        environment.Module.Run(expression, ("result", Assert.Single(run.Output))).Output.Select(o => o.ToString());

    [Fact]
    public void The_trace_of_a_failed_build_completes_its_steps()
    {
        using var buildctl = new ReplayedBuildctl(Recording.Get("v0.5.0", "03-fail"), TraceHelp);
        var run = Build("");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.Contains("--progress=plain --trace=trace.json", (string)run.Property("Command")!, StringComparison.Ordinal);
        // v0.5 prints neither digests nor times, and the text of no version says which stream a line came from.
        Assert.All(Ask("$result.Steps | ForEach-Object { [string]$_.Digest }", run), digest => Assert.StartsWith("sha256:", digest, StringComparison.Ordinal));
        Assert.Equal(["StandardOutput", "StandardError"], Ask("($result.Steps | Where-Object State -eq Failed).Log | ForEach-Object Stream", run));
        Assert.NotEmpty(Ask("($result.Steps | Where-Object State -eq Failed).Inputs", run));
        Assert.All(Ask("$result.Steps | Where-Object State -ne Pending | ForEach-Object { $null -ne $_.Started }", run), told => Assert.Equal("True", told));
        Assert.Equal(["True"], Ask("$result.Error.Step -eq ($result.Steps | Where-Object State -eq Failed).Number", run));
        Assert.Equal("", RunningEnvironment.InGuest("ls -d /tmp/dockerarchive.* 2>/dev/null"));
    }

    [Fact]
    public void A_build_that_leaves_no_trace_has_the_facts_of_its_text()
    {
        using var buildctl = new ReplayedBuildctl(Recording.Get("v0.4.0", "15-no-daemon"), TraceHelp);
        var run = Build("");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.NotEmpty(Ask("$result.Error.Message", run));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Progress Plain")]
    public void Text_is_completed_also_where_there_is_JSON(string arguments)
    {
        using var buildctl = new ReplayedBuildctl(Recording.Get("v0.32.2", "03-fail"), JsonHelp);
        var run = Build(arguments);

        Assert.Contains("--progress=plain --trace=", (string)run.Property("Command")!, StringComparison.Ordinal);
        Assert.Contains("StandardError", Ask("($result.Steps | Where-Object State -eq Failed).Log | ForEach-Object Stream", run));
    }

    [Fact]
    public void JSON_needs_no_trace()
    {
        using var buildctl = new ReplayedBuildctl(Recording.Get("v0.32.2", "untraced/21b-rawjson-fail"), JsonHelp);
        var run = Build("-Progress RawJson");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.EndsWith("--progress=rawjson", (string)run.Property("Command")!, StringComparison.Ordinal);
        Assert.Equal(["7"], Ask("$result.Error.ExitCode", run));
        Assert.Contains("StandardError", Ask("($result.Steps | Where-Object State -eq Failed).Log | ForEach-Object Stream", run));
    }

    [Fact]
    public void A_stream_has_the_exact_facts_where_there_is_JSON()
    {
        using var buildctl = new ReplayedBuildctl(Recording.Get("v0.32.2", "untraced/21b-rawjson-fail"), JsonHelp);
        var run = Build("-Stream | Where-Object Kind -eq StepLog | ForEach-Object { \"$($_.Stream) $($null -ne $_.Time) $_\" }");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.Equal(["StandardOutput True before", "StandardOutput True out", "StandardError True err"], run.As<string>());
    }
}
