using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

[Collection(nameof(RunningEnvironment))]
public sealed class BuildTests(RunningEnvironment environment) : IDisposable
{
    /// <summary>Prints for five seconds, which no busy machine delivers at once.</summary>
    private const string SlowStep = "FROM scratch\nCOPY hello /hello\nRUN [\"/hello\", \"working on\", \"25\", \"200\"]\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    private ModuleRunspace Module => environment.Module;

    private static string Hello => Path.Combine(ModuleRunspace.Root, "examples", "hello");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private RunResult Build(string arguments) =>
        Module.Run($"Invoke-BuildctlBuild {RunningEnvironment.Name} {arguments}", ("hello", Hello), ("directory", _directory));

    private IEnumerable<string> Ask(string expression, PSObject result) =>
        Module.Run(expression, ("result", result)).Output.Select(o => o.ToString());

    private static void NothingIsLeftInTheGuest()
    {
        Assert.Equal("", RunningEnvironment.InGuest("ls -d /tmp/dockerarchive.* 2>/dev/null"));
        Assert.Equal("", RunningEnvironment.InGuest("pgrep -f '[b]uildctl build|[d]ocker build'"));
    }

    [Fact]
    public void The_example_gives_typed_steps_with_their_logs()
    {
        var result = Assert.Single(RunningEnvironment.Succeeded(Build("$hello -NoCache")));

        Assert.True((bool)result.Properties["Succeeded"].Value);
        Assert.Equal(0, result.Properties["ExitCode"].Value);
        Assert.Contains("[compile 1/1] RUN [\"/hello\", \"compiling part\", \"5\", \"200\"]", Ask("$result.Steps | ForEach-Object Name", result));
        Assert.Equal(
            ["compiling part 1/5", "compiling part 2/5", "compiling part 3/5", "compiling part 4/5", "compiling part 5/5"],
            Ask("($result.Steps | Where-Object Stage -eq compile).Log | ForEach-Object Text", result));
        Assert.All(Ask("$result.Steps | ForEach-Object State", result), s => Assert.Contains(s, (string[])["Done", "Cached"]));
        Assert.All(Ask("$result.Steps | ForEach-Object Digest", result), d => Assert.StartsWith("sha256:", d, StringComparison.Ordinal));
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void Events_arrive_while_the_build_runs()
    {
        WriteContext(SlowStep);
        var times = RunningEnvironment.Succeeded(Build(
            "$directory -NoCache -Stream | Where-Object Kind -eq StepLog | ForEach-Object { [datetime]::UtcNow }")).Select(o => (DateTime)o.BaseObject).ToArray();

        Assert.True(times.Length >= 25);
        Assert.True(times[^1] - times[0] > TimeSpan.FromSeconds(1), "all lines came at once");
    }

    [Fact]
    public void A_failing_build_is_an_error_record_and_a_result()
    {
        var run = Build("$hello -Dockerfile fail.Dockerfile");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.False((bool)run.Property("Succeeded")!);
        Assert.NotEqual(0, run.Property("ExitCode"));
        Assert.Equal(["7"], Ask("$result.Error.ExitCode", run.Output[0]));
        Assert.Contains("Failed", Ask("$result.Steps | ForEach-Object State", run.Output[0]));
        Assert.Contains("exit code: 7", run.Errors[0].Exception.Message, StringComparison.Ordinal);
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void The_output_is_kept_as_it_was_printed_and_reads_the_same_again()
    {
        var raw = Path.Combine(_directory, "build.log");
        var result = Assert.Single(RunningEnvironment.Succeeded(Build($"$hello -NoCache -RawOutput '{raw}'")));

        Assert.Equal(raw, result.Properties["RawOutput"].Value);
        Assert.Contains("#", File.ReadAllText(raw), StringComparison.Ordinal);
        const string outline = "$result.Steps | ForEach-Object { \"$_|$($_.State)|$($_.Log)\" }";
        Assert.Equal(Ask(outline, result), Ask("$result = ConvertFrom-BuildctlProgress $result.RawOutput; " + outline, result));
    }

    [Fact]
    public void A_build_whose_output_cannot_be_written_here_gives_its_result_all_the_same()
    {
        var taken = Path.Combine(_directory, "taken");
        File.WriteAllText(taken, "mine");
        var run = Build($"$hello -Output 'type=local,dest={taken}'");

        Assert.Equal("OutputNotWritten", run.ErrorId);
        Assert.True((bool)run.Property("Succeeded")!);
        Assert.Equal("mine", File.ReadAllText(taken));
        Assert.Equal([taken], Directory.GetFileSystemEntries(_directory));
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void One_file_is_not_overwritten_by_the_next_build_of_the_pipeline()
    {
        var raw = Path.Combine(_directory, "build.log");
        var run = Module.Run($"'{RunningEnvironment.Name}', '{RunningEnvironment.Name}' | Invoke-BuildctlBuild -Context $hello -RawOutput '{raw}'", ("hello", Hello));

        Assert.Equal("RawOutputTaken", run.ErrorId);
        Assert.Single(run.Output);
        Assert.Equal("RawOutputNotWritten", Build($"$hello -RawOutput '{_directory}/no/such/build.log'").ErrorId);
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void Progress_has_a_line_for_each_running_step_and_is_completed()
    {
        WriteContext(SlowStep);
        var run = Build("$directory -NoCache");

        Assert.All(run.Progress.GroupBy(record => record.ActivityId), line => Assert.Equal(ProgressRecordType.Completed, line.Last().RecordType));
        var parent = run.Progress.Last(record => record.StatusDescription.EndsWith(" steps", StringComparison.Ordinal));
        Assert.Equal($"Building in {RunningEnvironment.Name}", parent.Activity);
        var steps = run.Progress.Where(record => record.ParentActivityId == parent.ActivityId).ToArray();
        Assert.Contains(steps, record => record.Activity.Contains("[2/2] RUN", StringComparison.Ordinal)
            && record.StatusDescription.Contains("working on", StringComparison.Ordinal));
    }

    [Fact]
    public void JSON_progress_from_a_buildctl_that_has_none_is_an_error()
    {
        Assert.Equal("ProgressUnsupported", Build("$hello -Progress RawJson").ErrorId);
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void A_syntax_error_in_the_Dockerfile_is_told()
    {
        File.WriteAllText(Path.Combine(_directory, "Dockerfile"), "FROM scratch\nNONSENSE x\n");
        var run = Build("$directory");

        Assert.Equal("BuildFailed", run.ErrorId);
        Assert.Contains("NONSENSE", run.Errors[0].Exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Only_what_dockerignore_leaves_is_sent_and_a_local_output_comes_back()
    {
        File.WriteAllText(Path.Combine(_directory, "Dockerfile"), "FROM scratch AS all\nCOPY . /\nFROM scratch\nCOPY never /\n");
        File.WriteAllText(Path.Combine(_directory, ".dockerignore"), "*.secret\nDockerfile\n");
        File.WriteAllText(Path.Combine(_directory, "it's $HOME \"a\".txt"), "kept");
        File.WriteAllText(Path.Combine(_directory, "a.secret"), "never sent");

        RunningEnvironment.Succeeded(Build("$directory -Target all -Output (\"type=local,dest=$directory\" + '/out')"));

        var output = Path.Combine(_directory, "out");
        Assert.Equal("kept", File.ReadAllText(Path.Combine(output, "it's $HOME \"a\".txt")));
        Assert.False(File.Exists(Path.Combine(output, "a.secret")));
        Assert.False(File.Exists(Path.Combine(output, "Dockerfile")));
        NothingIsLeftInTheGuest();
    }

    [Fact]
    public void Build_arguments_reach_the_Dockerfile_unchanged()
    {
        WriteContext("FROM scratch\nCOPY hello /hello\nARG WHO\nRUN [\"/hello\", \"x\", \"1\", \"0\"]\nLABEL who=$WHO\n");
        const string hostile = "a 'b' \"c\" $(id) `id`; & é";
        var name = $"example.invalid/args:{Guid.NewGuid():n}";

        RunningEnvironment.Succeeded(Module.Run(
            $"Invoke-BuildctlBuild {RunningEnvironment.Name} $directory -BuildArg @{{ WHO = $who }} -Output type=image,name={name}",
            ("directory", _directory),
            ("who", hostile)));

        Assert.Equal(hostile, RunningEnvironment.InGuest($"docker image inspect --format '{{{{.Config.Labels.who}}}}' {name}"));
    }

    [Fact]
    public async Task Stopping_the_pipeline_ends_the_build_in_the_guest()
    {
        const string step = "stopped by its client";
        WriteContext($"FROM scratch\nCOPY hello /hello\nRUN [\"/hello\", \"{step}\", \"1000\", \"500\"]\n");
        using var powershell = Module.Create($"Invoke-BuildctlBuild {RunningEnvironment.Name} '{_directory}' -NoCache -Stream | Where-Object Kind -eq StepLog");
        var output = new PSDataCollection<PSObject>();
        var logged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => logged.TrySetResult();

        var running = powershell.InvokeAsync<PSObject, PSObject>(null, output);
        await logged.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await powershell.StopAsync(null, null);
        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);

        NothingIsLeftInTheGuest();

        // The daemon ends the step when it sees that its client is gone, which the client does not wait for.
        const string isThere = $"pgrep -f '^/hello {step}'";
        Assert.Equal("", RunningEnvironment.InGuest($"for i in $(seq 300); do {isThere} >/dev/null || break; sleep 0.1; done; {isThere}"));
    }

    [Fact]
    public void A_downstream_that_has_enough_ends_the_build_too()
    {
        var first = RunningEnvironment.Succeeded(Module.Run(
            $"foreach ($event in (& {{ Invoke-BuildctlBuild {RunningEnvironment.Name} $hello -NoCache -Stream | ForEach-Object {{ $_; break }} }})) {{ $event }}",
            ("hello", Hello)));

        Assert.True(first.Count <= 1);
        NothingIsLeftInTheGuest();
    }

    /// <summary>Makes the test's directory a context with the program of the example.</summary>
    private void WriteContext(string dockerfile)
    {
        File.WriteAllText(Path.Combine(_directory, "Dockerfile"), dockerfile);
        File.Copy(Path.Combine(Hello, "hello"), Path.Combine(_directory, "hello"));
    }
}
