using DockerArchive.Archive;
using DockerArchive.Catalog;

namespace DockerArchive.Tests.Archive;

public sealed class EnvironmentTableTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private EnvironmentTable Table(params string[] rows)
    {
        _root.Write("buildkit/environments.csv", string.Join('\n', [EnvironmentRow.Header, .. rows, ""]));
        return EnvironmentTable.Open(_root.Path, "buildkit");
    }

    [Fact]
    public void A_row_is_put_into_its_place()
    {
        Table("v0.9.0,9001,1.0.0,v0.1.0,,", "v0.10.0,10001,1.0.2,v0.1.0,,")
            .Save(new EnvironmentRow { Version = "v0.9.3", Port = 9300, Runc = "1.0.1", KernelArguments = "a=b c", Packages = "git" });

        Assert.Equal(
            [EnvironmentRow.Header, "v0.9.0,9001,1.0.0,v0.1.0,,", "v0.9.3,9300,1.0.1,v0.1.0,a=b c,git", "v0.10.0,10001,1.0.2,v0.1.0,,"],
            File.ReadAllLines(Path.Combine(_root.Path, "buildkit", "environments.csv")));
        Assert.Equal(["environments.csv"], Directory.EnumerateFiles(Path.Combine(_root.Path, "buildkit")).Select(f => Path.GetFileName(f)));
    }

    [Theory]
    [InlineData("v0.10.0", "v0.10.0")]
    [InlineData("v0.11.0", "v0.11.0-rc1")]
    [InlineData("v0.11.0-rc1", "v0.11.0-rc1")]
    [InlineData("v0.10.9", "v0.10.0")]
    [InlineData("v0.2.0", "v0.9.0")]
    [InlineData("v0.12.5-debug", "v0.12.4-debug")]
    [InlineData("v0.3.0-debug", "v0.12.4-debug")]
    public void What_is_like_a_version_is_the_newest_of_its_kind_that_is_not_newer(string version, string expected)
    {
        var table = Table("v0.9.0,9001,1.0.0,v0.1.0,,", "v0.10.0,10001,1.0.2,v0.1.0,,", "v0.11.0-rc1,11011,1.1.4,v0.1.0,,", "v0.12.4-debug,12402,,v0.1.0,,");

        Assert.Equal(expected, table.Before(BuildkitVersion.Parse(version)!)!.Version);
    }

    [Theory]
    [InlineData("v0.9.0,9001,1.0.0", "environments.csv:2: ")]
    [InlineData("v0.9.0,port,1.0.0,v0.1.0,,", "environments.csv:2: ")]
    [InlineData("v0.9.0,9001,1.0.0,v0.1.0,,\nv0.9.0,9002,1.0.0,v0.1.0,,", "environments.csv:3: v0.9.0 has a row already")]
    public void A_line_that_is_no_row_is_named(string row, string expected) =>
        Assert.Contains(expected, Assert.Throws<BrokenEnvironmentException>(() => Table(row)).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_columns_are_refused()
    {
        _root.Write("buildkit/environments.csv", "version,port\n");

        var broken = Assert.Throws<BrokenEnvironmentException>(() => EnvironmentTable.Open(_root.Path, "buildkit"));
        Assert.Equal(1, broken.Line);
    }
}
