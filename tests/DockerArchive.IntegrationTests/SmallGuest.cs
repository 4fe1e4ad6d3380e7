using System.Globalization;

namespace DockerArchive.IntegrationTests;

/// <summary>The images of the small guest, a virtual machine that boots in seconds: <c>tests/small-guest</c>.</summary>
internal static class SmallGuest
{
    /// <summary>In the form that Build-ArchiveEnv makes, with the repository's runner.</summary>
    public static string Runner => Images.Value.Runner;

    /// <summary>In the form of the images that the public archives publish.</summary>
    public static string Published => Images.Value.Published;

    private static readonly Lazy<(string Runner, string Published)> Images = new(() => (Build("runner"), Build("published")));

    private static string Build(string target)
    {
        var image = $"dockerarchive-test/small-guest:{target}";
        var built = Cli.Run(
            "sh",
            "-c",
            "tar -cf - -C tests/small-guest . -C ../../dqd/runner start.sh | docker build --quiet --target \"$1\" --tag \"$2\" - 2>&1",
            "sh",
            target,
            image);
        Assert.True(built.Split('\n')[^1].StartsWith("sha256:", StringComparison.Ordinal), string.Create(CultureInfo.InvariantCulture, $"{image}: {built}"));
        return image;
    }
}
