using DockerArchive.Tests.Buildkit;

namespace DockerArchive.IntegrationTests;

/// <summary>
/// A stand-in for a guest's buildctl, as the environment of these tests has none that keeps a trace or prints JSON: it
/// prints what a real buildctl printed in a recorded run and writes the trace of that run where it is told to.
/// </summary>
internal sealed class ReplayedBuildctl : IDisposable
{
    /// <summary>It comes before /usr/local/bin, where the environment's own lies, on the guest's PATH.</summary>
    private const string Program = "/usr/local/sbin/buildctl";

    private const string Data = "/var/lib/replayed-buildctl";

    public ReplayedBuildctl(Recording run, string help)
    {
        RunningEnvironment.InGuest($"mkdir -p {Data}");
        Put($"{Data}/stdout", run.Stdout);
        Put($"{Data}/stderr", run.Stderr);
        Put($"{Data}/trace", run.Trace ?? []);
        Put($"{Data}/help", System.Text.Encoding.UTF8.GetBytes(help));
        Put(Program, System.Text.Encoding.UTF8.GetBytes($$"""
            #!/bin/sh
            case " $* " in *' --help '*) exec cat {{Data}}/help ;; esac
            for word; do
                case $word in --trace=*) cat {{Data}}/trace >"${word#--trace=}" ;; esac
            done
            cat {{Data}}/stdout
            cat {{Data}}/stderr >&2
            exit {{run.ExitCode}}

            """));
        RunningEnvironment.InGuest($"chmod +x {Program}");
    }

    public void Dispose() => RunningEnvironment.InGuest($"rm -rf {Program} {Data}");

    private static void Put(string path, byte[] content) =>
        Assert.Equal("", RunningEnvironment.InGuest($"echo {Convert.ToBase64String(content)} | base64 -d >{path}"));
}
