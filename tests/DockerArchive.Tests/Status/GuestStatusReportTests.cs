using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Status;

public sealed class GuestStatusReportTests
{
    private const string Whole =
        """
        stty: standard input: Inappropriate ioctl for device

        T report 1

        T begin host
        systemd=yes
        init=systemd
        uptime=101.25

        T stderr host

        T end host 0

        T begin units
        Id=buildkit.service
        ActiveState=active
        ActiveEnterTimestampMonotonic=1250000

        Id=buildkit.socket
        LoadState=not-found

        T stderr units
        a warning
        in two lines
        T end units 0

        T skip workers buildkit.service is activating

        T done

        """;

    [Fact]
    public void Parts_stand_between_lines_with_the_token()
    {
        var report = Parse(Whole);

        Assert.True(report.IsComplete);
        Assert.Equal("systemd", report.Init);
        Assert.Equal(TimeSpan.FromSeconds(101.25), report.GuestUptime);
        Assert.Equal(TimeSpan.FromSeconds(100), report.Service?.Uptime);
        Assert.Null(report.Socket);
        Assert.Equal(["host", "units", "workers"], report.Parts.Select(part => part.Name));
        Assert.Equal("a warning\nin two lines", report.Part("units")?.Error);
        Assert.Equal("buildkit.service is activating", report.Part("workers")?.SkipReason);
    }

    [Fact]
    public void Output_that_breaks_off_gives_what_there_is()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        for (var length = 0; length < bytes.Length; length++)
        {
            var report = GuestStatusReport.Parse(bytes.AsSpan(0, length), "T");
            Assert.Equal(length >= bytes.Length - 1 && bytes[length] != '\n', report.IsComplete);
        }

        var cut = Parse(Whole[..Whole.IndexOf("ActiveEnter", StringComparison.Ordinal)]);
        Assert.Equal("buildkit.service", cut.Service?.Id);
        Assert.Null(cut.Part("units")!.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sh: not found\n")]
    [InlineData("T")]
    [InlineData("T \nT begin\nT end\nT end x 0\nT stderr y\nT skip\nT end x y z\nT done\n")]
    [InlineData("T report 1\nT begin host\nT end host 0\nT begin workers\nT stderr workers\nT end workers -5\n")]
    [InlineData("\0\n\xffT report\n T report 1\nXT report 1\n")]
    public void Any_other_output_says_nothing(string output)
    {
        var report = Parse(output);

        Assert.False(report.IsComplete);
        Assert.Null(report.Service);
        Assert.Null(report.Version);
        Assert.NotEmpty(BuildkitStatus.Create(report).Problems);
    }

    private static GuestStatusReport Parse(string output) =>
        GuestStatusReport.Parse(Encoding.Latin1.GetBytes(output), "T");
}
