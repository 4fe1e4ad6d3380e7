using DockerArchive.EngineTests.Host;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>What the module's objects look like in the console, redirected.</summary>
public class ViewTests
{
    private static async Task<string> Show(string script)
    {
        var result = await HostProcess.RunWithModule(ModuleRunspace.Root, "-NoProfile", "-Command", script);
        Assert.Equal("", result.Error);
        return result.Output.ReplaceLineEndings("\n");
    }

    private const string Parse = """
        $tracker = [DockerArchive.Buildkit.BuildTracker]::new()
        $parser = [DockerArchive.Buildkit.ProgressParser]::new($tracker)
        $parser.Write([System.Text.Encoding]::UTF8.GetBytes($text))
        $parser.Complete()
        $result = $tracker.ToResult(1)
        """;

    [Fact]
    public async Task Steps_are_a_table_with_state_duration_and_name()
    {
        var text = await Show(
            "$text = \"`n#5 [2/2] RUN echo 1`n#5 0.096 1`n#5 DONE 12.4s`n`n#6 [3/3] RUN false`n#6 ERROR: exit code: 7`n\"\n"
            + Parse + "\n$result.Steps");

        Assert.Contains("#", text, StringComparison.Ordinal);
        Assert.Matches(@"\n +5 Done +12\.4s +1 \[2/2\] RUN echo 1 *\n", text);
        Assert.Matches(@"\n +6 Failed +0 \[3/3\] RUN false *\n", text);
    }

    [Fact]
    public async Task Control_sequences_of_a_build_are_shown_and_not_obeyed()
    {
        var text = await Show(
            "$text = \"#5 [2/2] RUN x`n#5 0.096 $([char]27)[2Jgone`n#5 DONE 0.1s`n\"\n" + Parse + "\n$result.Steps[0].Log");

        Assert.Contains("^[[2Jgone", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_tells_success_steps_and_error_first()
    {
        var text = await Show("$text = \"#5 [2/2] RUN x`n#5 ERROR: exit code: 7`n\"\n" + Parse + "\n$result");

        Assert.Matches(@"Result +: failed, exit code 1", text);
        Assert.Matches(@"Steps +: 1, 0 of them cached", text);
    }

    [Fact]
    public async Task A_build_that_breaks_off_is_incomplete()
    {
        var text = await Show("'#5 [2/2] RUN x' | ConvertFrom-BuildctlProgress");

        Assert.Matches(@"Result +: incomplete", text);
        Assert.DoesNotContain("Command", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_name_rule_file_and_line()
    {
        var text = await Show(
            "('#5 [1/1] RUN x', '#5 WARN: JSONArgsRecommended: JSON arguments recommended (line 3)', \"#5 WARN: odd $([char]27)[2J\" | ConvertFrom-BuildctlProgress).Warnings");

        Assert.Matches(@"Step +Rule +Where +Message", text);
        Assert.Matches(@"\n +5 JSONArgsRecommended +line 3 +JSON arguments recommended *\n", text);
        Assert.Contains("odd ^[[2J", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transfers_have_sizes_for_people()
    {
        var text = await Show("('#4 FROM x', '#4 sha256:00 12.43MB / 49.88MB 1.2s' | ConvertFrom-BuildctlProgress -AsStep).Transfers");

        Assert.Matches(@"sha256:00 +12\.43MB +49\.88MB +1\.2s +False", text);
    }

    [Theory]
    [InlineData("$build", "broke ^[]0;title")]
    [InlineData("$build.Steps", "RUN ^[[2J")]
    [InlineData("$build.Error", "broke ^[]0;title")]
    public async Task Names_and_errors_show_control_characters(string shown, string expected)
    {
        var text = await Show($$"""
            $esc = [char]27
            $build = "#5 [1/1] RUN $($esc)[2J", "#5 ERROR: broke $($esc)]0;title" | ConvertFrom-BuildctlProgress
            {{shown}}
            """);

        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }
}
