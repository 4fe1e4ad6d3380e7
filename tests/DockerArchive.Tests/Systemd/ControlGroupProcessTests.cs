using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class ControlGroupProcessTests
{
    [Fact]
    public void A_line_is_process_id_name_and_command_line()
    {
        var processes = ControlGroupProcess.Parse("272\tbuildkitd\t/bin/buildkitd --addr fd:// \n9\tkworker\t\n");

        Assert.Equal(
            [
                new ControlGroupProcess { Pid = 272, Name = "buildkitd", CommandLine = "/bin/buildkitd --addr fd://" },
                new ControlGroupProcess { Pid = 9, Name = "kworker", CommandLine = "[kworker]" },
            ],
            processes);
    }

    [Fact]
    public void A_name_with_tabs_does_not_reach_into_the_command_line()
    {
        var process = Assert.Single(ControlGroupProcess.Parse("5\tevil\tname\t/bin/true\n"));

        Assert.Equal("evil\tname", process.Name);
        Assert.Equal("/bin/true", process.CommandLine);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no process\n")]
    [InlineData("-1\tx\ty\n")]
    [InlineData("99999999999\tx\ty\n")]
    public void A_line_without_a_process_id_is_left_out(string text) => Assert.Empty(ControlGroupProcess.Parse(text));
}
