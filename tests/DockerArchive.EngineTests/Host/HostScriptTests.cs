namespace DockerArchive.EngineTests.Host;

public sealed class HostScriptTests(TestModule module)
{
    [Fact]
    public async Task A_script_gets_named_switch_and_positional_arguments()
    {
        var script = module.Script(
            "arguments.ps1",
            """
            param([string]$Name, [switch]$Force, [switch]$Quiet, [Parameter(ValueFromRemainingArguments)]$Rest)
            "$Name/$Force/$Quiet/$Rest/$($PSScriptRoot.Length -gt 0)"
            """);

        var result = await HostProcess.Run(module, script, "-Name", "a b", "-Force", "-Quiet:$false", "x", "-1y");

        Assert.Equal("a b/True/False/x -1y/True", result.Output.TrimEnd());
    }

    [Fact]
    public async Task A_script_with_an_interpreter_line_may_have_any_name()
    {
        var script = module.Script("tool", "#!/usr/bin/env pwsh-host\n\"ran with $args\"\nexit 4\n");

        var result = await HostProcess.Run(module, script, "1", "2");

        Assert.Equal((4, "ran with 1 2"), (result.ExitCode, result.Output.TrimEnd()));
    }

    [Fact]
    public async Task Redirected_input_is_the_input_of_a_script_that_asks_for_it()
    {
        const string Command = "$input | ForEach-Object { \"<$_>\" }";

        var result = await HostProcess.RunWithInput(module, "a\nb\n", "-Command", Command);

        Assert.Equal(["<a>", "<b>"], result.Output.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Commands_are_read_line_by_line_from_standard_input()
    {
        const string Input =
            "$a = 1\nGet-Nonsense\nif ($a) {\n  'block'\n}\nelse {\n  'no'\n}\n\n$a + 1\nexit 3\n'not reached'\n";

        var result = await HostProcess.RunWithInput(module, Input, "-Command", "-");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["block", "2"], result.Output.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
        Assert.Contains("Get-Nonsense", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_the_end_of_the_input_completes_runs()
    {
        var result = await HostProcess.RunWithInput(module, "if ($true) {\n'ran'\n}");

        Assert.Equal((0, "ran"), (result.ExitCode, result.Output.TrimEnd()));
    }
}
