using DockerArchive.Buildkit;
using DockerArchive.Tests.Systemd;

namespace DockerArchive.Tests.Status;

public sealed class DaemonVersionTests
{
    [Theory]
    [InlineData("buildkitd github.com/moby/buildkit v0.4.0 c35410878ab9070498c66f6c67d3e8bc3b92241f\n", "buildkitd", "github.com/moby/buildkit", "v0.4.0", "c35410878ab9070498c66f6c67d3e8bc3b92241f")]
    [InlineData("buildctl github.com/docker/docker 20.10.24+dfsg1 5d6db84", "buildctl", "github.com/docker/docker", "20.10.24+dfsg1", "5d6db84")]
    [InlineData("github.com/docker/docker 20.10.24+dfsg1 5d6db84", null, "github.com/docker/docker", "20.10.24+dfsg1", "5d6db84")]
    [InlineData("buildkitd github.com/moby/buildkit v0.12.0-rc1 ", "buildkitd", "github.com/moby/buildkit", "v0.12.0-rc1", null)]
    [InlineData("buildkitd 0.0.0+unknown", "buildkitd", null, "0.0.0+unknown", null)]
    [InlineData("v0.4.0", null, null, "v0.4.0", null)]
    [InlineData("Docker version 20.10.24+dfsg1, build 5d6db84\r\n", "Docker", null, "20.10.24+dfsg1", "5d6db84")]
    [InlineData("warning: something\nbuildkitd github.com/moby/buildkit v0.4.0 c35", "buildkitd", "github.com/moby/buildkit", "v0.4.0", "c35")]
    public void A_version_is_product_package_version_and_revision(
        string text, string? product, string? package, string version, string? revision) => Assert.Equal(
        new DaemonVersion { Product = product, Package = package, Version = version, Revision = revision },
        DaemonVersion.Parse(text));

    [Theory]
    [InlineData("v0.3.0")]
    [InlineData("v0.4.0")]
    [InlineData("v0.5.0")]
    [InlineData("v0.8.3")]
    [InlineData("v0.10.0")]
    [InlineData("v0.12.4")]
    [InlineData("v0.32.2")]
    public void Every_daemon_prints_its_own_version(string version)
    {
        var text = GuestData.Text("buildctl", version, "00-daemon-version.stdout");
        var parsed = DaemonVersion.Parse(text);

        Assert.Equal(version, parsed.Version);
        Assert.Equal(40, parsed.Revision!.Length);
        Assert.Equal(text.TrimEnd(), parsed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("buildkitd")]
    [InlineData("sh: 1: buildkitd: not found")]
    [InlineData("buildkitd github.com/moby/buildkit  c35410878ab9070498c66f6c67d3e8bc3b92241f")]
    public void Text_without_a_version_is_refused(string text)
    {
        Assert.False(DaemonVersion.TryParse(text, out _));
        Assert.Throws<FormatException>(() => DaemonVersion.Parse(text));
    }

    [Fact]
    public void Runc_1_0_prints_version_and_specification()
    {
        var runc = RuncVersion.Parse("runc version 1.0.0-rc7\nspec: 1.0.1-dev\n");

        Assert.Equal(new RuncVersion { Version = "1.0.0-rc7", Spec = "1.0.1-dev" }, runc);
    }

    [Fact]
    public void Runc_1_1_prints_what_it_was_built_with() => Assert.Equal(
        new RuncVersion
        {
            Version = "1.1.5+ds1",
            Commit = "1.1.5+ds1-1+deb12u1",
            Spec = "1.0.2-dev",
            Go = "go1.19.8",
            Libseccomp = "2.5.4",
        },
        RuncVersion.Parse(GuestData.Text("guest", GuestData.Debian12, "runc-version")));

    [Fact]
    public void Text_without_a_runc_version_is_refused()
    {
        Assert.False(RuncVersion.TryParse("sh: 1: runc: not found", out _));
        Assert.Throws<FormatException>(() => RuncVersion.Parse("runc version \n"));
    }
}
