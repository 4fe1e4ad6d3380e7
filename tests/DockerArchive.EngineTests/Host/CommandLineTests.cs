using DockerArchive.Host;

namespace DockerArchive.EngineTests.Host;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("-c")]
    [InlineData("-Com")]
    [InlineData("-COMMAND")]
    [InlineData("--command")]
    [InlineData("–Command")]
    public void An_option_has_any_case_prefix_and_dash(string option) =>
        Assert.Equal("1 + 1", CommandLine.Parse([option, "1", "+", "1"]).Command);

    [Fact]
    public void Switches_come_before_the_command()
    {
        var parsed = CommandLine.Parse(["-noe", "-NOP", "-noni", "-nol", "-ex", "Bypass", "-wd", "/x", "-c", "-File"]);

        Assert.True(parsed is { NoExit: true, NonInteractive: true, NoLogo: true });
        Assert.Equal(("/x", "-File"), (parsed.WorkingDirectory, parsed.Command));
    }

    [Theory]
    [InlineData("-no")]
    [InlineData("-n")]
    [InlineData("-xyz")]
    [InlineData("missing.ps1")]
    public void What_is_no_option_is_a_script_and_must_exist(string word) =>
        Assert.Contains(word, ErrorOf(word), StringComparison.Ordinal);

    [Fact]
    public void A_near_miss_is_answered_with_the_options_it_may_mean() =>
        Assert.Contains("-NoExit", ErrorOf("-exit"), StringComparison.Ordinal);

    [Theory]
    [InlineData("-c")]
    [InlineData("-File")]
    [InlineData("-wd")]
    [InlineData("-ExecutionPolicy")]
    public void An_option_without_its_value_is_an_error(string option) =>
        Assert.Contains("requires an argument", ErrorOf(option), StringComparison.Ordinal);

    [Fact]
    public void An_option_of_pwsh_that_makes_no_sense_here_is_named() =>
        Assert.Contains("-SSHServerMode", ErrorOf("-sshs"), StringComparison.Ordinal);

    [Fact]
    public void Version_wins_over_what_follows() =>
        Assert.Equal(StartupAction.ShowVersion, CommandLine.Parse(["-v", "-nonsense"]).Action);

    [Fact]
    public void An_encoded_command_is_base64_of_utf16()
    {
        var encoded = Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes("'é'"));

        Assert.Equal("'é'", CommandLine.Parse(["-EncodedCommand", encoded]).Command);
        Assert.Contains("Base64", ErrorOf("-e", "%"), StringComparison.Ordinal);
    }

    private static string ErrorOf(params string[] arguments) =>
        Assert.Throws<CommandLineException>(() => CommandLine.Parse(arguments)).Message;
}
