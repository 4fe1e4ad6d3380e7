namespace DockerArchive.EngineTests.Host;

public sealed class HostSignalTests(TestModule module)
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_stops_the_pipeline_and_lets_it_clean_up(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill(1).");
        var (started, cleanedUp) = (module.PathOf($"started-{signal}"), module.PathOf($"cleaned-{signal}"));

        using var host = HostProcess.Start(module, "-c", $"Wait-Forever '{started}' '{cleanedUp}'; 'not reached'");
        await HostProcess.WaitForFile(started);
        host.Signal(signal);
        var result = await host.Result();

        Assert.Equal((exitCode, "", ""), (result.ExitCode, result.Output, result.Error));
        Assert.True(File.Exists(cleanedUp));
    }

    [Fact]
    public async Task An_endless_loop_in_a_script_can_be_interrupted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill(1).");
        var started = module.PathOf("loop-started");
        var script = module.Script("loop.ps1", $"[IO.File]::WriteAllText('{started}', '')\nwhile ($true) {{ }}\n");

        using var host = HostProcess.Start(module, script);
        await HostProcess.WaitForFile(started);
        host.Signal("INT");

        Assert.Equal(130, (await host.Result()).ExitCode);
    }

    [Fact]
    public async Task Termination_reaches_the_native_command_that_the_pipeline_waits_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Children are found in /proc.");
        var started = module.PathOf("native-started");

        using var host = HostProcess.Start(module, "-c", $"sh -c 'touch {started}; exec sleep 600'; 'not reached'");
        await HostProcess.WaitForFile(started);
        host.Signal("TERM");
        var result = await host.Result();

        Assert.Equal((143, ""), (result.ExitCode, result.Output));
    }
}
