using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;

namespace DockerArchive.Ssh;

/// <summary>The <c>sh</c> of this machine. A command that is ended goes with all its descendants, at once.</summary>
internal sealed class LocalShell : IShell
{
    /// <inheritdoc/>
    /// <exception cref="ArchiveException">This machine has no <c>sh</c>.</exception>
    public async Task<RemoteExit> RunAsync(RemoteCommand command, CancellationToken graceful, CancellationToken forceful = default)
    {
        using var timer = new CancellationTokenSource();
        if (command.TimeLimit is { } limit)
            timer.CancelAfter(limit);
        using var failed = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(graceful, forceful, timer.Token, failed.Token);
        using var process = Start(command);
        await using var _ = stop.Token.Register(() => Kill(process));
        var streams = new[]
        {
            PassAsync(process.StandardOutput.BaseStream, command.Stdout),
            PassAsync(process.StandardError.BaseStream, command.Stderr),
            FeedAsync(process.StandardInput.BaseStream, command.Stdin),
        };
        try
        {
            // Descendants may keep the streams open, and they are the command's too.
            await Task.WhenAll(streams).WaitAsync(stop.Token);
            await process.WaitForExitAsync(stop.Token);
            return new RemoteExit(process.ExitCode, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A process that has left the tree may keep the streams open for ever.
            await Task.WhenAny(Task.WhenAll(streams), Task.Delay(command.Grace, CancellationToken.None));
            graceful.ThrowIfCancellationRequested();
            forceful.ThrowIfCancellationRequested();
            if (streams.FirstOrDefault(s => s.IsFaulted) is { } broken)
                await broken;
            throw new TimeoutException();
        }

        async Task PassAsync(Stream from, Func<ReadOnlyMemory<byte>, ValueTask> to)
        {
            var block = new byte[32 * 1024];
            try
            {
                int length;
                while ((length = await from.ReadAsync(block, CancellationToken.None)) > 0)
                {
                    if (!stop.IsCancellationRequested)
                        await to(block.AsMemory(0, length));
                }
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }

        async Task FeedAsync(Stream to, Func<Stream, CancellationToken, Task>? from)
        {
            try
            {
                await using (to)
                {
                    if (from is not null)
                        await from(to, stop.Token);
                }
            }
            catch (IOException)
            {
                // The command does not read all its input.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Being ended.
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }

    private static Process Start(RemoteCommand command)
    {
        var start = new ProcessStartInfo("sh", ["-c", command.ShellText()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ArchiveException(
                "LocalShellMissing",
                ErrorCategory.NotInstalled,
                "sh",
                $"-Local asks this machine with its sh, which cannot be started: {e.Message} On Windows name an environment with -Env.",
                e);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
