namespace DockerArchive.EngineTests.Host;

public sealed class HostCommandTests(TestModule module)
{
    [Fact]
    public async Task A_command_is_the_rest_of_the_line()
    {
        var result = await HostProcess.Run(module, "-NoProfile", "-c", "'one';", "'two'");

        Assert.Equal((0, Lines("one", "two"), ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Objects_are_shown_by_the_modules_view_without_escape_sequences_in_a_pipe()
    {
        var result = await HostProcess.Run(module, "-Command", "Get-Thing");

        Assert.Contains("engine", result.Output, StringComparison.Ordinal);
        Assert.Contains("Up", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not in the view", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task Errors_go_to_standard_error_and_the_other_streams_to_standard_output()
    {
        var result = await HostProcess.Run(module, "-Command", "Show-Streams -Verbose");

        Assert.Equal(Lines("WARNING: beware", "VERBOSE: in detail"), result.Output);
        Assert.Equal(Lines("Show-Streams: went wrong"), result.Error);
    }

    [Fact]
    public async Task Progress_is_not_written_into_a_pipe()
    {
        var result = await HostProcess.Run(module, "-Command", "Show-Progress");

        Assert.Equal((Lines("booted"), ""), (result.Output, result.Error));
    }

    [Fact]
    public async Task Output_is_utf8()
    {
        var result = await HostProcess.Run(module, "-Command", "'漢 é'");

        Assert.Equal(Lines("漢 é"), result.Output);
    }

    [Fact]
    public async Task Native_commands_write_where_the_host_does()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "This needs a POSIX shell.");
        var result = await HostProcess.Run(module, "-Command", "sh -c 'echo out; echo err >&2'");

        Assert.Equal(("out\n", "err\n"), (result.Output, result.Error));
    }

    [Fact]
    public async Task CommandWithArgs_hands_the_other_words_over_as_they_are()
    {
        var result = await HostProcess.Run(module, "-cwa", "$args.Count; $args[1]", "a", "b; c");

        Assert.Equal(Lines("2", "b; c"), result.Output);
    }

    [Fact]
    public async Task WorkingDirectory_is_where_the_command_runs()
    {
        var result = await HostProcess.Run(module, "-wd", module.Directory, "-c", "$PWD.ProviderPath");

        Assert.Equal(Lines(module.Directory), result.Output);
    }

    [Fact]
    public async Task A_question_fails_when_nobody_can_answer()
    {
        var result = await HostProcess.Run(module, "-Command", "Remove-Thing vm; 'next'");

        Assert.Equal(Lines("next"), result.Output);
        Assert.Contains("standard input is redirected", result.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_fails_when_NonInteractive_was_given()
    {
        var result = await HostProcess.Run(module, "-NonInteractive", "-Command", "Remove-Thing vm");

        Assert.Contains("NonInteractive mode", result.Error, StringComparison.Ordinal);
    }

    private static string Lines(params string[] lines) =>
        string.Concat(lines.Select(line => line + Environment.NewLine));
}
