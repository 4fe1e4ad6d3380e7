using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>Bytes to steps in one go.</summary>
internal static class Tracking
{
    public static BuildTracker Track(params byte[][] streams)
    {
        var tracker = new BuildTracker();
        foreach (byte[] stream in streams)
        {
            var parser = new ProgressParser(tracker);
            parser.Write(stream);
            parser.Complete();
        }

        return tracker;
    }

    public static BuildResult Result(string input, int? exitCode = null) =>
        Track(Encoding.UTF8.GetBytes(input)).ToResult(exitCode);
}
