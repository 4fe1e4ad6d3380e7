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
}
