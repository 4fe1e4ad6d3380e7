namespace DockerArchive.EngineTests.Host;

public sealed class HostStartupTests(TestModule module)
{
    [Fact]
    public async Task An_unknown_option_is_a_usage_error()
    {
        var result = await HostProcess.Run(module, "-Nonsense");

        Assert.Equal((64, ""), (result.ExitCode, result.Output));
        Assert.Contains("'-Nonsense'", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: pwsh-host", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_needs_no_module()
    {
        var result = await HostProcess.RunWithModule("/no/such/module", "-v");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^PowerShell 7\.\d+\.\d+ \(pwsh-host \S+\)\s*$", result.Output);
    }

    [Fact]
    public async Task A_missing_module_is_named()
    {
        var result = await HostProcess.RunWithModule(module.PathOf("nowhere"), "-Command", "'not reached'");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(module.PathOf("nowhere"), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_that_fails_to_load_ends_the_host_with_its_error()
    {
        var broken = module.OtherModule("broken", "throw 'the module is broken'");

        var result = await HostProcess.RunWithModule(broken, "-Command", "'not reached'");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("the module is broken", result.Error, StringComparison.Ordinal);
        Assert.Contains("could not be imported", result.Error, StringComparison.Ordinal);
    }
}
