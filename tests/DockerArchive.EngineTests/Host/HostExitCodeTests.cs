namespace DockerArchive.EngineTests.Host;

/// <summary>The exit codes that pwsh documents for -Command and -File.</summary>
public sealed class HostExitCodeTests(TestModule module)
{
    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'no'", 1)]
    [InlineData("1 +", 1)]
    [InlineData("Get-Nonsense", 1)]
    [InlineData("Get-Nonsense; 'fine'", 0)]
    public async Task A_command_ends_with(string command, int exitCode)
    {
        var result = await HostProcess.Run(module, "-Command", command);

        Assert.Equal(exitCode, result.ExitCode);
        if (exitCode == 1)
            Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task A_failed_native_command_is_a_failed_statement()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "This needs a POSIX shell.");
        var result = await HostProcess.Run(module, "-Command", "sh -c 'exit 3'");

        Assert.Equal(1, result.ExitCode);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("throw 'no'", 1)]
    [InlineData("if (", 1)]
    [InlineData("Get-Nonsense", 0)]
    public async Task A_script_ends_with(string text, int exitCode)
    {
        var script = module.Script($"exit-{Guid.NewGuid():N}.ps1", text);

        var result = await HostProcess.Run(module, "-File", script);

        Assert.Equal(exitCode, result.ExitCode);
    }

    [Fact]
    public async Task An_error_in_a_script_names_its_line()
    {
        var script = module.Script("position.ps1", "'before'\nthrow 'oops'\n");

        var result = await HostProcess.Run(module, script);

        Assert.Contains("position.ps1:2", result.Error, StringComparison.Ordinal);
        Assert.Contains("oops", result.Error, StringComparison.Ordinal);
    }
}
