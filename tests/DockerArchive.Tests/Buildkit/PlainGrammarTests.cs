using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>Each rule of the printer's grammar with the bytes that show it.</summary>
public sealed class PlainGrammarTests
{
    [Fact]
    public void Docker_20_10_prints_the_digest_on_a_blocks_second_line()
    {
        BuildResult result = Track(
            """
            #1 [internal] load build definition from Dockerfile
            #1 sha256:b19a7ccb93654828250aa3760ebfb8a78a6e0bf2fa4d9e2790043969bb62e29c
            #1 transferring dockerfile: 153B done
            #1 DONE 0.1s

            #2 [1/1] FROM docker.io/library/busybox
            #2 sha256:19534ea77d7ec5c6cc3eceb65997c9330d81a7e6fa7f7af1c5755ddf59ce8437
            #2 sha256:19534ea77d7ec5c6cc3eceb65997c9330d81a7e6fa7f7af1c5755ddf59ce8437
            #2 CACHED

            """);

        Assert.Equal("sha256:b19a7ccb93654828250aa3760ebfb8a78a6e0bf2fa4d9e2790043969bb62e29c", result.Steps[0].Digest);
        Assert.Equal("transferring dockerfile:", Assert.Single(result.Steps[0].Transfers).Id);
        Assert.Equal("sha256:19534ea77d7ec5c6cc3eceb65997c9330d81a7e6fa7f7af1c5755ddf59ce8437", Assert.Single(result.Steps[1].Transfers).Id);
        Assert.True(result.Steps[1].Cached);
        Assert.Equal(1, result.CachedStepCount);
    }

    [Fact]
    public void Buildx_describes_its_builder_as_step_0()
    {
        BuildResult result = Track(
            """
            #0 building with "default" instance using docker driver

            #1 [internal] load build definition from Dockerfile
            #1 DONE 0.0s

            """);

        Assert.Equal([0, 1], result.Steps.Select(step => step.Number));
        Assert.Equal("building with \"default\" instance using docker driver", result.Steps[0].Name);
        Assert.Equal(BuildStepState.Done, result.Steps[1].State);
    }

    [Fact]
    public void Switch_line_of_v0_4_has_the_number_of_the_step_that_comes()
    {
        List<BuildEvent> events = EventLog.Of(
            """

            #6 [dots 2/2] RUN dots
            #6       digest: sha256:c8b1
            #6 0.201 ....
            #8 ...

            #8 [talk 2/2] RUN talk
            """);

        var suspended = Assert.Single(events.OfType<StepSuspended>());
        Assert.Equal(6, suspended.Step);
        Assert.Equal([6, 8], events.OfType<StepStarted>().Select(started => started.Step!.Value));
    }

    [Fact]
    public void Line_without_newline_is_printed_again_after_a_switch_and_counts_once()
    {
        BuildResult result = Track(
            """
            #5 [2/2] RUN dots
            #5 0.538 ...
            #5 ...

            #7 [talk 2/2] RUN talk
            #7 0.100 talk
            #7 DONE 0.2s

            #5 [2/2] RUN dots
            #5 0.538 ...... done
            #5 0.538 ...... done
            #5 DONE 0.9s

            """);

        Assert.Equal(["...... done", "...... done"], result.Steps[0].Log.Select(line => line.Text));
    }

    [Fact]
    public void End_glued_to_a_line_without_newline_is_an_event_of_its_own()
    {
        List<BuildEvent> events = EventLog.Of("#7 [4/4] RUN x\n#7 0.076 last without newline#7 DONE 0.1s\n\n#8 [5/5] RUN y\n");

        var log = Assert.IsType<StepLog>(events[1]);
        Assert.Equal("last without newline", log.Text);
        Assert.True(log.IsPartial);
        Assert.Equal("#7 0.076 last without newline", Encoding.UTF8.GetString(log.Raw.Span));
        Assert.Equal(BuildStepState.Done, Assert.IsType<StepCompleted>(events[2]).State);
    }

    [Fact]
    public void Log_line_that_ends_like_the_printers_own_text_stays_a_log_line()
    {
        BuildResult result = Track(
            """
            #7 [4/4] RUN x
            #7 0.076 a fake#7 DONE 0.1s
            #7 0.076 #7 CACHED
            #7 DONE 0.1s

            """);

        Assert.Equal(["a fake#7 DONE 0.1s", "#7 CACHED"], result.Steps[0].Log.Select(line => line.Text));
        Assert.Equal(BuildStepState.Done, result.Steps[0].State);
    }

    [Fact]
    public void Event_glued_to_a_line_in_v0_4_is_followed_by_the_whole_line_again()
    {
        BuildResult result = Track(
            """

            #7 [4/12] RUN printf 'first\nlast without newline'
            #7       digest: sha256:6ecb4dfa08d5d8a76b6c29d465222f66772b0459afd012b3440207b3116c8ca6
            #7         name: "[4/12] RUN printf 'first\\nlast without newline'"
            #7      started: 2026-11-24 11:37:19.879144625 +0000 UTC
            #7 0.201 first
            #7 0.201 last without newline#7    completed: 2026-11-24 11:37:20.10757146 +0000 UTC
            #7     duration: 228.426835ms
            #7 0.201 last without newline

            """);

        BuildStep step = Assert.Single(result.Steps);
        Assert.Equal(["first", "last without newline"], step.Log.Select(line => line.Text));
        Assert.Equal(@"[4/12] RUN printf 'first\nlast without newline'", step.Name);
        Assert.Equal(BuildStepState.Done, step.State);
        Assert.Equal(2284268, step.Duration!.Value.Ticks);
    }

    [Fact]
    public void Name_cut_at_72_bytes_is_completed_by_the_name_line()
    {
        List<BuildEvent> events = EventLog.Of(
            """

            #4 [1/2] FROM localhost:5000/library/ubuntu:latest@sha256:23bc0cd5c1ee0854f...
            #4         name: "[1/2] FROM \u00a0\"q\" \x41"
            """);

        Assert.True(Assert.IsType<StepStarted>(events[1]).NameIsCut);
        Assert.Equal("[1/2] FROM \u00a0\"q\" A", Assert.IsType<StepNamed>(events[2]).Name);
    }

    [Fact]
    public void Log_lines_before_a_blocks_first_print_may_be_numbered_0()
    {
        BuildResult result = Track("#6 [talk 2/2] RUN talk\n#0 10.00 talk 19 ... ok 19\n#6 10.51 talk 20\n#6 DONE 11.0s\n");

        Assert.Equal(["talk 19 ... ok 19", "talk 20"], Assert.Single(result.Steps).Log.Select(line => line.Text));
    }

    [Fact]
    public void Name_of_a_vertex_may_have_several_lines_and_look_like_anything()
    {
        BuildResult result = Track("#1 a\n#1 DONE 0.0s\n\n#2 0.123 first\nsecond\n#2 0.200 log\n#2 DONE 0.3s\n");

        Assert.Equal("0.123 first\nsecond", result.Steps[1].Name);
        Assert.Equal("log", Assert.Single(result.Steps[1].Log).Text);
    }

    [Fact]
    public void Error_may_have_several_lines()
    {
        BuildResult result = Track("#1 a\n#1 ERROR: one\n\ntwo\n------\n > a:\n------\nerror: failed to solve: one\n\ntwo\n");

        Assert.Equal("one\n\ntwo", Assert.Single(result.Steps).Error);
        Assert.Equal("failed to solve: one\n\ntwo", result.Error!.Message);
        Assert.Equal(1, result.Error.Step);
    }

    [Fact]
    public void Failure_tells_process_exit_code_and_source()
    {
        Recording run = Recording.Get("v0.32.2", "03-fail");
        BuildResult result = Track(Encoding.UTF8.GetString(run.Progress), run.ExitCode);

        Assert.False(result.Succeeded);
        Assert.Equal(6, result.Error!.Step);
        Assert.Equal(7, result.Error.ExitCode);
        Assert.Equal("Dockerfile", result.Error.SourceFile);
        Assert.Equal(3, result.Error.SourceLine);
        Assert.Equal(5, result.Error.Excerpt.Count);
        Assert.Equal("/bin/sh -c sh -c 'echo out; echo err >&2; exit 7'", result.Error.Process);
        Assert.StartsWith("failed to solve: process", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_of_v0_4_may_be_read_apart_into_one_tracker()
    {
        Recording run = Recording.Get("v0.4.0", "03-fail");
        var tracker = new BuildTracker();
        foreach (byte[] stream in new[] { run.Stderr, run.Stdout })
        {
            var parser = new ProgressParser(tracker);
            parser.Write(stream);
            parser.Complete();
        }

        BuildError error = tracker.ToResult(run.ExitCode).Error!;
        Assert.Equal((6, 7), (error.Step, error.ExitCode));
        Assert.Equal("/bin/sh -c sh -c 'echo out; echo err >&2; exit 7'", error.Process);
    }

    [Fact]
    public void Carriage_returns_of_a_terminal_are_no_part_of_names_and_logs()
    {
        BuildResult result = Track("#1 [1/1] RUN x\r\n#1 0.123 line\r\n#1 DONE 0.2s\r\n\r\n#2 b\r\n");

        Assert.Equal("[1/1] RUN x", result.Steps[0].Name);
        Assert.Equal("line", Assert.Single(result.Steps[0].Log).Text);
        Assert.Equal(BuildStepState.Done, result.Steps[0].State);
    }

    [Fact]
    public void Carriage_return_that_the_step_wrote_is_kept()
    {
        BuildResult result = Track("#1 [1/1] RUN x\n#1 0.123 line\r\n#1 DONE 0.2s\n");

        Assert.Equal("line\r", Assert.Single(result.Steps[0].Log).Text);
    }

    [Theory]
    [InlineData("sha256:88 1.64MB / 9.00MB 0.1s", "sha256:88", 1_640_000L, 10_000L, 9_000_000L, 0.1, false)]
    [InlineData("sha256:23 1.16kB / 1.16kB done", "sha256:23", 1_160L, 10L, 1_160L, null, true)]
    [InlineData("transferring context: 2B 0.0s done", "transferring context:", 2L, 1L, null, 0.0, true)]
    [InlineData("exporting layers", "exporting layers", null, null, null, null, false)]
    [InlineData("copying files 12 B / 3", "copying files 12 B / 3", null, null, null, null, false)]
    [InlineData("x 1000.00kB", "x", 1_000_000L, 10L, null, null, false)]
    public void Transfer_is_read_from_its_end(
        string text, string id, long? current, long? precision, long? total, double? elapsed, bool done)
    {
        var transfer = Assert.IsType<TransferUpdated>(EventLog.Of("#1 a\n#1 first 1B\n#1 " + text + "\n")[2]);

        Assert.Equal(
            (id, current, precision, total, elapsed, done),
            (transfer.Id, transfer.Current, transfer.CurrentPrecision, transfer.Total,
                transfer.Elapsed?.TotalSeconds, transfer.Done));
    }

    [Theory]
    [InlineData("[2/4] RUN echo 1", null, 2, 4, "RUN echo 1", null)]
    [InlineData("[ 2/12] RUN x", null, 2, 12, "RUN x", null)]
    [InlineData("[stage-1 2/4] COPY a b", "stage-1", 2, 4, "COPY a b", null)]
    [InlineData("[linux/arm64 builder  1/13] FROM x", "builder", 1, 13, "FROM x", "linux/arm64")]
    [InlineData("[linux/amd64->arm64 1/3] FROM x", null, 1, 3, "FROM x", "linux/amd64->arm64")]
    [InlineData("[internal] load build context", null, null, null, null, null)]
    [InlineData("exporting to image", null, null, null, null, null)]
    public void Name_of_a_step_has_parts(
        string name, string? stage, int? index, int? total, string? instruction, string? platform)
    {
        BuildStep step = Assert.Single(Track("#1 " + name + "\n").Steps);

        Assert.Equal(
            (stage, index, total, instruction, platform),
            (step.Stage, step.Index, step.Total, step.Instruction, step.Platform));
    }

    [Fact]
    public void Block_that_opens_again_after_DONE_runs_again()
    {
        const string Resolved = "#4 [1/2] FROM a\n#4 resolve a done\n#4 DONE 0.1s\n\n";
        const string Pulling = "#4 [1/2] FROM a\n#4 sha256:00 1.05MB / 49.88MB 0.2s\n";

        Assert.Equal(BuildStepState.Done, Tracking.Result(Resolved).Steps[0].State);
        Assert.Equal(BuildStepState.Running, Tracking.Result(Resolved + Pulling).Steps[0].State);
        Assert.Equal(BuildStepState.Done, Tracking.Result(Resolved + Pulling + "#4 DONE 11.3s\n").Steps[0].State);
    }

    [Fact]
    public void Block_of_v0_4_that_opens_again_for_a_late_line_stays_completed()
    {
        const string Completed =
            "\n#4 RUN a\n#4      started: 2026-11-24 11:24:58 +0000 UTC\n#4    completed: 2026-11-24 11:24:59 +0000 UTC\n\n";

        Assert.Equal(BuildStepState.Done, Tracking.Result(Completed + "\n#4 RUN a\n#4 0.5 late\n\n").Steps[0].State);
    }

    [Theory]
    [InlineData("#1 [1/1] RUN x\n#1 DONE 0.1s\n", true, "build: succeeded")]
    [InlineData("#1 [1/1] RUN x\n#1 0.1 at it\n", false, "build: incomplete")]
    [InlineData("#1 [1/1] RUN x\n#1 CANCELED\n", false, "build: incomplete")]
    [InlineData("#1 [1/1] RUN x\n#1 ERROR: y\n", false, "build: failed")]
    [InlineData("not a build\n", false, "build: incomplete")]
    [InlineData("", false, "build: incomplete")]
    public void Without_an_exit_code_the_steps_say_whether_the_build_succeeded(string text, bool succeeded, string words)
    {
        BuildResult result = Tracking.Result(text);

        Assert.Equal((succeeded, words), (result.Succeeded, result.ToString()));
    }

    [Fact]
    public void Warning_names_rule_and_line()
    {
        BuildResult result = Track("#1 a\n#1 WARN: JSONArgsRecommended: JSON arguments recommended (line 3)\n#1 DONE 0.0s\n");

        BuildWarning warning = Assert.Single(result.Warnings);
        Assert.Equal((1, "JSONArgsRecommended", "JSON arguments recommended", 3),
            (warning.Step, warning.Rule, warning.Message, warning.Line));
    }

    [Fact]
    public void Buildx_lists_the_warnings_again_at_the_end()
    {
        BuildResult result = Track(
            "#1 [internal] load build definition\n"
            + "#1 WARN: StageNameCasing: Stage name 'Base' should be lowercase (line 1)\n#1 DONE 0.0s\n\n "
            + "\u001b[33m2 warnings found (use docker --debug to expand):\n\u001b[0m"
            + " - StageNameCasing: Stage name 'Base' should be lowercase (line 1)\n"
            + " - JSONArgsRecommended: JSON arguments recommended for CMD (line 8)\n");

        Assert.Equal(
            [(1, "StageNameCasing", 1), ((int?)null, "JSONArgsRecommended", 8)],
            result.Warnings.Select(warning => (warning.Step, warning.Rule!, warning.Line!.Value)));
        Assert.True(result.Succeeded);
    }

    [Theory]
    [InlineData("ERROR: failed to build: failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: 1", "/bin/sh -c false")]
    [InlineData("executor failed running [/bin/sh -c exit 1]: exit code: 1", "/bin/sh -c exit 1")]
    [InlineData("failed to solve: executor failed running [/bin/sh -c exit 1]: exit code: 1", "/bin/sh -c exit 1")]
    [InlineData("error: failed to solve: rpc error: code = Unknown desc = executor failed running [/bin/sh -c exit 1]: exit code: 1", "/bin/sh -c exit 1")]
    public void Final_error_of_docker_buildx_and_buildctl(string line, string process)
    {
        BuildError error = Track("#1 [1/1] RUN false\n#1 ERROR: x\n------\n > [1/1] RUN false:\n------\n" + line + "\n").Error!;

        Assert.Equal((1, 1, process), (error.Step, error.ExitCode, error.Process));
        Assert.EndsWith(error.Message, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Buildx_tells_more_of_each_warning_with_debug()
    {
        const string Text =
            "#1 [internal] load build definition from Dockerfile\n#1 WARN: Empty continuation line found in: RUN a\n#1 DONE 0.1s\n\n"
            + " \u001b[33m2 warnings found:\n\u001b[0m - Empty continuation line found in: RUN a\n"
            + "Empty continuation lines will become errors in a future release\nMore info: https://github.com/moby/moby/pull/33719\n"
            + "Dockerfile:6\n--------------------\n   4 |     RUN echo one \\\n   6 | >>>     two\n--------------------\n\n"
            + " - LegacyKeyValueFormat: use ENV key=value (line 9)\nlooks like a place:9\n\nView build details: there\n";
        BuildResult result = Track(Text);

        Assert.Equal("View build details: there", Assert.Single(EventLog.Of(Text).OfType<Unrecognised>()).ToString());
        BuildWarning known = Assert.Single(result.Steps[0].Warnings);
        Assert.Equal(
            ("Dockerfile", 6, "https://github.com/moby/moby/pull/33719", "Empty continuation lines will become errors in a future release"),
            (known.File, known.Line, known.Url, Assert.Single(known.Detail)));
        Assert.Equal([known, result.Warnings[1]], result.Warnings);
        Assert.Equal(
            ("LegacyKeyValueFormat", 9, "looks like a place:9"),
            (result.Warnings[1].Rule, result.Warnings[1].Line, Assert.Single(result.Warnings[1].Detail)));
        Assert.Null(result.Error);
    }

    [Fact]
    public void Stacks_that_debug_prints_are_no_part_of_the_error()
    {
        BuildResult result = Track(
            "#1 [1/1] RUN x\n#1 ERROR: y\n\nERROR: failed to solve: first\nsecond\n12333 v0.11.6 buildkitd --root x\nmain.f\n\tmain.go:1\n\n"
            + "30583 v0.10.5 docker-buildx --debug\nruntime.goexit\n");

        Assert.Equal("failed to solve: first\nsecond", result.Error!.Message);
    }

    [Fact]
    public void Summary_repeats_a_log_in_disorder_and_does_not_add_to_it()
    {
        Recording run = Recording.Get("v0.10.0", "03b-fail-long");
        BuildStep failed = Tracking.Track(run.Progress).Steps.Single(step => step.State == BuildStepState.Failed);
        BuildFailed[] summary = [.. EventLog.Of(run.Progress).OfType<BuildFailed>().Where(line => line.Part == BuildFailurePart.Log)];

        Assert.Equal(26, failed.Log.Count);
        Assert.Equal("partial at the end", summary[0].Text);
        Assert.Equal("log line 17", summary[2].Text);
    }

    [Fact]
    public void Dashes_and_positions_that_begin_nothing_are_text()
    {
        List<BuildEvent> events = EventLog.Of("#1 a\n#1 DONE 0.1s\n------\nDockerfile:3\n#2 b\n");

        Assert.Equal(2, events.OfType<Unrecognised>().Count());
        Assert.Equal("b", Assert.IsType<StepStarted>(events[^1]).Name);
    }

    [Fact]
    public void Exported_image_has_digests_and_names()
    {
        BuildResult result = Track(
            """
            #5 exporting to image
            #5 exporting layers 0.1s done
            #5 exporting manifest sha256:aa 0.0s done
            #5 exporting config sha256:bb done
            #5 exporting attestation manifest sha256:cc done
            #5 exporting manifest list sha256:dd done
            #5 naming to docker.io/library/x:latest done
            #5 DONE 0.2s

            """);

        BuildExport export = Assert.Single(result.Exports);
        Assert.Equal(("image", "sha256:dd", "sha256:bb"), (export.Target, export.Digest, export.ConfigDigest));
        Assert.Equal("docker.io/library/x:latest", Assert.Single(export.Names));
    }

    [Fact]
    public void Looking_at_a_log_does_not_change_with_what_comes_later()
    {
        var tracker = new BuildTracker();
        var parser = new ProgressParser(tracker);
        parser.Write("#1 a\n#1 0.100 one\n#1 0.100 tw\n#1 ...\n"u8);
        IReadOnlyList<BuildLogLine> before = tracker.Steps[0].Log;
        parser.Write("\n#1 a\n#1 0.100 two\n#1 0.200 three\n"u8);

        Assert.Equal(["one", "tw"], before.Select(line => line.Text));
        Assert.Equal(["one", "two", "three"], tracker.Steps[0].Log.Select(line => line.Text));
    }

    private static BuildResult Track(string input, int? exitCode = null) => Tracking.Result(input, exitCode);
}
