namespace DockerArchive.EngineTests.Host;

public sealed class HostTerminalTests(TestModule module)
{
    [Fact]
    public async Task Views_and_errors_have_colours_on_a_terminal()
    {
        var result = await HostProcess.RunOnTerminal(module, "-Command", "Get-Thing; Get-Nonsense");

        Assert.Contains("\e[32mUp", result.Output, StringComparison.Ordinal);
        Assert.Contains("\e[31;1mGet-Nonsense", result.Output, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Progress_is_drawn_in_place_and_taken_away_before_the_output()
    {
        var result = await HostProcess.RunOnTerminal(module, "-Command", "Show-Progress");

        Assert.Contains("Booting", result.Output, StringComparison.Ordinal);
        var text = result.Output.IndexOf("booted", StringComparison.Ordinal);
        Assert.True(IsCleared(result.Output[..text]), result.Output);
        Assert.True(IsCleared(result.Output), result.Output);
    }

    private static bool IsCleared(string screen) =>
        screen.LastIndexOf("Booting", StringComparison.Ordinal)
            < screen.LastIndexOf("\r\e[J", StringComparison.Ordinal);
}
