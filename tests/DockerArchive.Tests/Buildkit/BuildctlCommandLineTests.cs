using DockerArchive.Buildkit;
using DockerArchive.Ssh;

namespace DockerArchive.Tests.Buildkit;

public sealed class BuildctlCommandLineTests : IDisposable
{
    private const string V03 = "   --exporter value  Define exporter\n   --frontend-opt value  options\n   --no-cache  Disable\n";
    private const string V04 = "   --output value, -o value  exports\n   --opt value  options\n   --no-cache  Disable cache\n";

    /// <summary>Lines of the real help texts of v0.4.0 and v0.13.2.</summary>
    private const string V04Progress = V04
        + "   --progress value          Set type of progress (auto, plain, tty). Use plain to show container output (default: \"auto\")\n"
        + "   --trace value             Path to trace file. Defaults to no tracing.\n";

    private const string V013Progress = V04
        + "   --progress value  Set type of progress (auto, plain, tty, rawjson). Use plain to show container output (default: \"auto\")\n"
        + "   --trace value     Path to trace file. Defaults to no tracing.\n";

    private readonly TemporaryDirectory _directory = new();

    public BuildctlCommandLineTests() => _directory.Write("Dockerfile", "FROM scratch\n");

    public void Dispose() => _directory.Dispose();

    private BuildRequest Request(params string[] outputs) => new()
    {
        Context = BuildContext.Open(_directory.Path, null),
        BuildArgs = [new("A", "x y"), new("B", "")],
        Target = "final",
        NoCache = true,
        Outputs = [.. outputs.Select(o => BuildOutput.Parse(o, p => Path.Combine(_directory.Path, p)))],
    };

    [Fact]
    public void Options_have_the_names_of_v0_4_and_later() => Assert.Equal(
        "buildctl build --frontend=dockerfile.v0 --local=context=context --local=dockerfile=dockerfile --opt=filename=Dockerfile "
        + "'--opt=build-arg:A=x y' --opt=build-arg:B= --opt=target=final --no-cache --output=type=local,dest=output-0 "
        + "--output=type=image,name=example.com/a,push=false --progress=plain",
        ShellWord.Join(new BuildctlCommandLine(V04).Words(Request("out", "type=image,name=example.com/a,push=false"))));

    [Fact]
    public void Options_have_the_names_of_v0_3() => Assert.Equal(
        "buildctl build --frontend=dockerfile.v0 --local=context=context --local=dockerfile=dockerfile --frontend-opt=filename=Dockerfile "
        + "'--frontend-opt=build-arg:A=x y' --frontend-opt=build-arg:B= --frontend-opt=target=final --frontend-opt=no-cache= "
        + "--exporter=docker --exporter-opt=name=a --exporter-opt=output=output-0 --progress=plain",
        ShellWord.Join(new BuildctlCommandLine(V03).Words(Request("type=docker,name=a,dest=a.tar"))));

    [Theory]
    [InlineData("type=tar,dest=a.tar")]
    [InlineData("a", "b")]
    public void What_v0_3_cannot_do_is_an_error(params string[] outputs) => Assert.Equal(
        "OutputUnsupported",
        Assert.Throws<ArchiveException>(() => new BuildctlCommandLine(V03).Words(Request(outputs))).ErrorId);

    [Theory]
    [InlineData(V04Progress, BuildctlProgress.Auto, true, "--progress=plain --trace=trace.json")]
    [InlineData(V04Progress, BuildctlProgress.Auto, false, "--progress=plain")]
    [InlineData(V04Progress, BuildctlProgress.Plain, true, "--progress=plain --trace=trace.json")]
    [InlineData(V04, BuildctlProgress.Auto, true, "--progress=plain")]
    [InlineData(V013Progress, BuildctlProgress.Auto, true, "--progress=plain --trace=trace.json")]
    [InlineData(V013Progress, BuildctlProgress.Auto, false, "--progress=rawjson")]
    [InlineData(V013Progress, BuildctlProgress.RawJson, true, "--progress=rawjson")]
    [InlineData(V013Progress, BuildctlProgress.Plain, true, "--progress=plain --trace=trace.json")]
    [InlineData(V013Progress, BuildctlProgress.Plain, false, "--progress=plain")]
    public void Progress_is_the_most_exact_that_the_version_has(string help, BuildctlProgress progress, bool trace, string expected)
    {
        var words = new BuildctlCommandLine(help).Words(Request() with { Progress = progress, Trace = trace });

        Assert.EndsWith($" {expected}", ShellWord.Join(words), StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_from_a_version_that_has_none_is_an_error() => Assert.Equal(
        "ProgressUnsupported",
        Assert.Throws<ArchiveException>(() =>
            new BuildctlCommandLine(V04Progress).Words(Request() with { Progress = BuildctlProgress.RawJson })).ErrorId);

    [Fact]
    public void An_output_that_PowerShell_took_apart_is_put_together_again()
    {
        var outputs = BuildOutput.ParseAll(["type=local", "dest=a", "out", "type=image", "name=n", "push=true"], p => p);

        Assert.Equal(["local a", "local out", "image "], outputs.Select(o => $"{o.Type} {o.Destination}"));
        Assert.Equal(["name=n", "push=true"], outputs[2].Attributes.Select(a => $"{a.Key}={a.Value}"));
    }

    [Theory]
    [InlineData("dest=out", "it has no type")]
    [InlineData("type=local", "needs dest=PATH")]
    [InlineData("type=image,dest=x", "takes no dest")]
    [InlineData("type=tar,dest=-", "standard output")]
    [InlineData("type=local,dest=a,x", "'x' is not key=value")]
    public void A_malformed_output_is_an_error_that_says_why(string text, string reason)
    {
        var error = Assert.Throws<ArchiveException>(() => BuildOutput.Parse(text, p => p));
        Assert.Equal("OutputInvalid", error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }
}
