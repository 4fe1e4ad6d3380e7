using System.Globalization;
using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>
/// One build in a guest: sends the context, runs buildctl, reads its trace, brings the outputs back. It has a directory of
/// its own in the guest, which goes when it is disposed of.
/// </summary>
internal sealed class GuestBuild : IAsyncDisposable
{
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(20);

    private readonly GuestConnection _guest;
    private readonly string _instance;
    private readonly string _directory;
    private readonly BuildRequest _request;
    private readonly Action<string> _doing;
    private readonly int? _daemon;
    private bool _hasTrace;

    private GuestBuild(GuestConnection guest, string instance, GuestFacts facts, BuildRequest request, Action<string> doing)
    {
        _guest = guest;
        _instance = instance;
        _directory = facts.Directory;
        _daemon = facts.Daemon;
        _request = request;
        _doing = doing;
    }

    /// <summary>The command line as it is run in the guest; its paths are relative to the build's directory.</summary>
    public string Command { get; private set; } = "";

    /// <summary>Makes the build's directory and writes the command that this guest's buildctl understands.</summary>
    /// <exception cref="ArchiveException">The guest has no buildctl, or one that lacks what is asked for.</exception>
    public static async Task<GuestBuild> PrepareAsync(
        GuestConnection guest, string instance, BuildRequest request, Action<string> doing, CancellationToken cancellation)
    {
        doing("asking buildctl for its options");
        var facts = await MakeDirectoryAsync(guest, instance, cancellation);
        var build = new GuestBuild(guest, instance, facts, request, doing);
        try
        {
            var words = new BuildctlCommandLine(facts.Help).Words(request);
            build.Command = ShellWord.Join(words);
            build._hasTrace = words.Contains(BuildctlCommandLine.TraceOption);
            return build;
        }
        catch
        {
            await build.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Runs the build and feeds what buildctl prints to <paramref name="sink"/>, on two threads, as it has two streams.
    /// </summary>
    /// <returns>How buildctl ended; a build that failed is no exception.</returns>
    /// <exception cref="ArchiveException">The build could not be run at all.</exception>
    public async Task<RemoteExit> RunAsync(IBuildEventSink sink, CancellationToken cancellation)
    {
        await new GuestContext(_guest, _instance, _directory, _doing).PlaceAsync(_request.Context, cancellation);
        _doing("buildctl build");

        // v0.3 and v0.4 print progress to stdout and the closing error to stderr, later versions both to stderr.
        var stdout = new ProgressParser(sink);
        var stderr = new ProgressParser(sink);
        var exit = await _guest.RunAsync(
            new RemoteCommand($"cd {ShellWord.Quote(_directory)} && exec {Command}")
            {
                Stdout = bytes => Feed(stdout, bytes),
                Stderr = bytes => Feed(stderr, bytes),
            },
            cancellation);
        stdout.Complete();
        stderr.Complete();
        return exit;
    }

    /// <summary>Feeds what buildctl wrote to its trace to <paramref name="sink"/>, if it kept one.</summary>
    /// <returns>Whether there was a trace.</returns>
    public async Task<bool> ReadTraceAsync(IBuildEventSink sink, CancellationToken cancellation)
    {
        if (!_hasTrace)
            return false;

        _doing("reading the trace");
        var parser = new ProgressParser(sink);
        var exit = await _guest.RunAsync(
            new RemoteCommand($"exec cat {ShellWord.Quote($"{_directory}/{BuildctlCommandLine.TraceFile}")}")
            {
                Stdout = bytes => Feed(parser, bytes),
            },
            cancellation);
        parser.Complete();
        return exit.Code == 0;
    }

    /// <summary>Looks whether the daemon that the build began with still runs.</summary>
    /// <returns>Its unit as it is now, if the daemon has been restarted or has ended; null otherwise, or if it is no unit.</returns>
    public async Task<SystemdUnit?> FindInterruptionAsync(CancellationToken cancellation)
    {
        if (_daemon is null)
            return null;
        try
        {
            var answer = await _guest.RunAsync(
                $"LC_ALL=C TZ=UTC0 exec systemctl show --no-pager -p {string.Join(',', SystemctlShow.Properties)} {ServiceScripts.Unit}", cancellation);
            return SystemctlShow.Parse(answer.StdoutText).FirstOrDefault(unit => unit.MainPid != _daemon);
        }
        catch (ArchiveException)
        {
            // The guest is gone, perhaps for good. That the build failed is told either way.
            return null;
        }
    }

    /// <summary>Brings the outputs that go to this machine back.</summary>
    /// <exception cref="ArchiveException">One could not be read there or written here.</exception>
    public async Task ReceiveAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < _request.Outputs.Count; i++)
            await ReceiveAsync(_request.Outputs[i], $"{_directory}/{BuildOutput.GuestPath(i)}", cancellation);
    }

    /// <summary>Removes the build's directory from the guest.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(CleanUp);
        try
        {
            await _guest.RunAsync($"rm -rf {ShellWord.Quote(_directory)}", limit.Token);
        }
        catch (Exception e) when (e is ArchiveException or OperationCanceledException)
        {
            // The connection is gone and does not come back, most likely with the guest; what failed before is the error to show.
        }
    }

    private async Task ReceiveAsync(BuildOutput output, string guestPath, CancellationToken cancellation)
    {
        if (output.Destination is not { } destination)
            return;

        _doing($"receiving {destination}");
        var errors = new StringBuilder();
        await using var received = output.IsDirectory
            ? ReceivedOutput.ForDirectory(destination)
            : ReceivedOutput.ForFile(destination);
        var path = ShellWord.Quote(guestPath);
        var exit = await _guest.RunAsync(
            new RemoteCommand(output.IsDirectory ? $"exec tar -c -f - -C {path} ." : $"exec cat {path}")
            {
                Stdout = received.WriteAsync,
                Stderr = RemoteCommand.Into(errors),
            },
            cancellation);
        if (exit.Code != 0)
        {
            throw new ArchiveException(
                "OutputNotReceived",
                ErrorCategory.ReadError,
                destination,
                $"The build's output could not be read in the guest ({errors.ToString().Trim()}), so '{destination}' was not written.");
        }

        await received.CommitAsync(cancellation);
    }

    private static ValueTask Feed(ProgressParser parser, ReadOnlyMemory<byte> bytes)
    {
        parser.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    private static async Task<GuestFacts> MakeDirectoryAsync(
        GuestConnection guest, string instance, CancellationToken cancellation)
    {
        var probe = await guest.RunAsync(
            $"command -v buildctl >/dev/null 2>&1 || exit {RemoteExit.ProgramMissing}\n"
            + "mktemp -d /tmp/dockerarchive.XXXXXXXX || exit\n"
            + $"systemctl show -p MainPID {ServiceScripts.Unit} 2>/dev/null || echo\n"
            + "exec buildctl build --help 2>&1",
            cancellation);
        if (probe.Exit.Code == RemoteExit.ProgramMissing)
        {
            throw new ArchiveException(
                "BuildctlMissing",
                ErrorCategory.NotInstalled,
                instance,
                $"The guest of '{instance}' has no buildctl on its PATH. Choose an environment of BuildKit: Get-ArchiveEnv buildkit/*");
        }

        return probe.StdoutText.Split('\n', 3) is [['/', ..] directory, var daemon, var help]
            ? new GuestFacts(directory, int.TryParse(daemon.Split('=')[^1], CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : null, help)
            : throw new ArchiveException(
                "GuestDirectoryFailed",
                ErrorCategory.WriteError,
                instance,
                $"The guest of '{instance}' could not make a directory under /tmp: {probe.StderrText.Trim()}");
    }

    /// <param name="Directory">The build's directory in the guest.</param>
    /// <param name="Daemon">Process id of the daemon that runs; null if none does, or without systemd.</param>
    /// <param name="Help">What <c>buildctl build --help</c> prints.</param>
    private sealed record GuestFacts(string Directory, int? Daemon, string Help);
}
