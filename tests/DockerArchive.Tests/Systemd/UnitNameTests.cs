using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class UnitNameTests
{
    [Theory]
    [InlineData("buildkit", "buildkit.service")]
    [InlineData("buildkit.service", "buildkit.service")]
    [InlineData("buildkit.socket", "buildkit.socket")]
    [InlineData("buildkit@v0.4.0", "buildkit@v0.4.0.service")]
    [InlineData("foo\\x2dbar", "foo\\x2dbar.service")]
    public void A_name_is_completed_as_systemctl_does(string name, string expected)
    {
        Assert.True(UnitName.TryComplete(name, out var unit));
        Assert.Equal(expected, unit);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("build?it")]
    [InlineData("[a-z]kit")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("-H")]
    [InlineData("a\nb")]
    [InlineData("$(id)")]
    [InlineData("größe")]
    public void A_name_that_no_unit_can_have_is_refused(string? name) =>
        Assert.False(UnitName.TryComplete(name, out _));

    [Theory]
    [InlineData("buildkit.service", "buildkit.socket")]
    [InlineData("docker@1.service", "docker@1.socket")]
    public void A_socket_is_named_as_its_service(string service, string socket) =>
        Assert.Equal(socket, UnitName.Sibling(service, ".socket"));
}
