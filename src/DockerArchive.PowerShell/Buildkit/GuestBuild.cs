using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>One build in a guest: sends the context, runs buildctl, brings the outputs back, leaves nothing behind.</summary>
internal sealed class GuestBuild(GuestConnection guest, string instance, Action<string> doing)
{
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(20);

    /// <summary>Runs the build and feeds what buildctl prints, on either stream, to <paramref name="sink"/>.</summary>
    /// <returns>The command as it was run, and how it ended; a build that failed is no exception.</returns>
    /// <exception cref="ArchiveException">The build could not be run at all.</exception>
    public async Task<(string Command, RemoteExit Exit)> RunAsync(
        BuildRequest request, IBuildEventSink sink, CancellationToken cancellation)
    {
        doing("asking buildctl for its options");
        var (directory, help) = await PrepareAsync(cancellation);
        try
        {
            var words = new BuildctlCommandLine(help).Words(request);
            var command = BuildctlCommandLine.Text(words);
            await SendAsync(request.Context, directory, cancellation);
            doing("buildctl build");
            var exit = await BuildAsync(directory, command, sink, cancellation);
            if (exit is { Code: 0, Signal: null })
            {
                for (var i = 0; i < request.Outputs.Count; i++)
                    await ReceiveAsync(request.Outputs[i], $"{directory}/{BuildOutput.GuestPath(i)}", cancellation);
            }

            return (command, exit);
        }
        finally
        {
            await RemoveAsync(directory);
        }
    }

    private async Task<(string Directory, string Help)> PrepareAsync(CancellationToken cancellation)
    {
        var probe = await guest.RunAsync(
            "command -v buildctl >/dev/null 2>&1 || exit 127\nmktemp -d /tmp/dockerarchive.XXXXXXXX && buildctl build --help 2>&1",
            cancellation);
        if (probe.Exit.Code == 127)
        {
            throw new ArchiveException(
                "BuildctlMissing",
                ErrorCategory.NotInstalled,
                instance,
                $"The guest of '{instance}' has no buildctl on its PATH. Choose an environment of BuildKit: Get-ArchiveEnv buildkit/*");
        }

        var text = probe.StdoutText;
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end > 0 && text.StartsWith('/')
            ? (text[..end], text[(end + 1)..])
            : throw new ArchiveException(
                "GuestDirectoryFailed",
                ErrorCategory.WriteError,
                instance,
                $"The guest of '{instance}' could not make a directory under /tmp: {probe.StderrText.Trim()}");
    }

    private async Task SendAsync(BuildContext context, string directory, CancellationToken cancellation)
    {
        var errors = new StringBuilder();
        Exception? local = null;
        var exit = await guest.RunAsync(
            // Everything belongs to root in a build context, as buildctl itself would send it.
            new RemoteCommand($"exec tar -x -o -p -f - -C {ShellWord.Quote(directory)}")
            {
                Stdin = async (stream, token) =>
                {
                    try
                    {
                        await context.WriteTarAsync(stream, sent => doing($"sending context, {ByteSize.Text(sent)}"), token);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        local = e;
                    }
                },
                Stderr = bytes => errors.Append(Encoding.UTF8.GetString(bytes.Span)),
            },
            cancellation);
        if (local is not null)
        {
            throw new ArchiveException(
                "ContextUnreadable", ErrorCategory.ReadError, instance, $"The build context cannot be read: {local.Message}", local);
        }

        if (exit.Code != 0)
        {
            throw new ArchiveException(
                "ContextNotSent",
                ErrorCategory.WriteError,
                instance,
                $"The guest of '{instance}' could not unpack the build context (tar ended with {exit.Code}): {errors.ToString().Trim()}");
        }
    }

    private async Task<RemoteExit> BuildAsync(
        string directory, string command, IBuildEventSink sink, CancellationToken cancellation)
    {
        // v0.3 and v0.4 print progress to stdout and the closing error to stderr, later versions both to stderr.
        var shared = new SharedSink(sink);
        var stdout = new ProgressParser(shared);
        var stderr = new ProgressParser(shared);
        var exit = await guest.RunAsync(
            new RemoteCommand($"cd {ShellWord.Quote(directory)} && exec {command}")
            {
                Stdout = bytes => stdout.Write(bytes.Span),
                Stderr = bytes => stderr.Write(bytes.Span),
            },
            cancellation);
        stdout.Complete();
        stderr.Complete();
        return exit;
    }

    private async Task ReceiveAsync(BuildOutput output, string guestPath, CancellationToken cancellation)
    {
        if (output.Destination is not { } destination)
            return;

        doing($"receiving {destination}");
        var errors = new StringBuilder();
        await using var received = output.IsDirectory
            ? ReceivedOutput.ForDirectory(destination)
            : ReceivedOutput.ForFile(destination);
        var path = ShellWord.Quote(guestPath);
        var exit = await guest.RunAsync(
            new RemoteCommand(output.IsDirectory ? $"exec tar -c -f - -C {path} ." : $"exec cat {path}")
            {
                Stdout = received.Write,
                Stderr = bytes => errors.Append(Encoding.UTF8.GetString(bytes.Span)),
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

    private async Task RemoveAsync(string directory)
    {
        using var limit = new CancellationTokenSource(CleanUp);
        try
        {
            await guest.RunAsync($"rm -rf {ShellWord.Quote(directory)}", limit.Token);
        }
        catch (Exception e) when (e is GuestConnectionLostException or OperationCanceledException)
        {
            // The connection is gone, most likely with the guest; what failed before is the error to show.
        }
    }

    /// <summary>The two streams are read on two threads; a sink sees one event at a time.</summary>
    private sealed class SharedSink(IBuildEventSink sink) : IBuildEventSink
    {
        private readonly object _lock = new();

        public void Accept(scoped in BuildToken token)
        {
            lock (_lock)
                sink.Accept(in token);
        }
    }
}
