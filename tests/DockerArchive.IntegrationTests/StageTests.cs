using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>What a user sees of the image builds of a stage.</summary>
public sealed class StageTests : IDisposable
{
    private readonly ModuleRunspace _module = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _mark = Guid.NewGuid().ToString("n");

    public StageTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "x"));
        Write(".env", "VERSION=v1\nIMAGE=x\nCOMPOSE_PROJECT_NAME=dockerarchive-test-stage\n");
        Write("docker-compose.yml", $"services:\n  vm:\n    image: dockerarchive-test/{_mark}:x_v1\n");
    }

    public void Dispose()
    {
        _module.Dispose();
        Directory.Delete(_root, recursive: true);
        foreach (var image in Cli.Docker("images", "--quiet", $"dockerarchive-test/{_mark}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Cli.Docker("rmi", "--force", image);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_root, "x", file), text);

    private RunResult Build(string arguments = "") => _module.Run($"Build-ArchiveEnv x Ctr -Root $root {arguments}", ("root", _root));

    private static IEnumerable<string> Verbose(RunResult run) => run.Output.Select(o => o.BaseObject).OfType<VerboseRecord>().Select(r => r.Message);

    private IEnumerable<string> Ask(string expression, object subject) => _module.Run(expression, ("it", subject)).Output.Select(o => o.ToString());

    [Fact]
    public void The_steps_come_with_their_logs_and_none_where_nothing_was_built()
    {
        Write("Dockerfile", $"FROM debian:bookworm-slim\nRUN echo {_mark}; echo {_mark} >&2\n");
        var run = Build("-Verbose 4>&1");

        var stage = Assert.Single(RunningEnvironment.Succeeded(run), o => o.BaseObject is not VerboseRecord);
        const string step = "($it.Steps | Where-Object Index -eq 2)";
        Assert.Equal([$"Done RUN echo {_mark}; echo {_mark} >&2"], Ask($"{step} | ForEach-Object {{ \"$($_.State) $($_.Instruction)\" }}", stage));
        Assert.Equal(
            [$"StandardError {_mark}", $"StandardOutput {_mark}"],
            Ask($"{step}.Log | ForEach-Object {{ \"$($_.Stream) $_\" }}", stage).Order(StringComparer.Ordinal));
        Assert.Contains($"#{Ask($"{step}.Number", stage).Single()} {_mark}", Verbose(run));
        Assert.Contains(run.Progress, record => record.StatusDescription.StartsWith("Ctr: ", StringComparison.Ordinal));
        Assert.All(run.Progress.GroupBy(record => record.ActivityId), line => Assert.Equal(ProgressRecordType.Completed, line.Last().RecordType));

        Assert.Equal(["True 0"], Ask("\"$($it.UpToDate) $($it.Steps.Count)\"", Assert.Single(RunningEnvironment.Succeeded(Build()))));
    }

    [Fact]
    public void A_step_that_fails_is_named_with_what_it_said()
    {
        Write("Dockerfile", $"FROM debian:bookworm-slim\nRUN echo {_mark}; exit 7\n");
        var run = Build();

        Assert.Equal("ImageBuildFailed", run.ErrorId);
        Assert.Empty(run.Output);
        Assert.Contains("exit code: 7", run.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($"[2/2] RUN echo {_mark}; exit 7\n{_mark}", run.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal([$"RUN echo {_mark}; exit 7"], Ask("$it.Exception.Steps | Where-Object State -eq Failed | ForEach-Object Instruction", run.Errors[0]));
        Assert.All(run.Progress.GroupBy(record => record.ActivityId), line => Assert.Equal(ProgressRecordType.Completed, line.Last().RecordType));
    }

    [Fact]
    public async Task Stopping_ends_the_step_in_the_engine()
    {
        Write("Dockerfile", $"FROM debian:bookworm-slim\nRUN : {_mark}; sleep 1000; true\n");
        using var powershell = _module.Create($"Build-ArchiveEnv x Ctr -Root '{_root}'");
        var running = powershell.InvokeAsync();
        Wait.Until(() => running.IsCompleted || IsRunning(), "the step");
        Assert.False(running.IsCompleted);

        await powershell.StopAsync(null, null);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        Wait.Until(() => !IsRunning(), "the step's end");
    }

    private bool IsRunning() => Cli.Run("ps", "-eo", "args").Contains($"/bin/sh -c : {_mark}", StringComparison.Ordinal);
}
