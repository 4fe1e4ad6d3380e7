using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Files;

/// <summary>Copies files and folders into a guest, as a tar stream, or by SFTP where the guest has no tar.</summary>
internal sealed class GuestUpload(GuestConnection guest, string instance, Action<long, long?> progress)
{
    private const int NoDestination = 66;
    private const int NoTar = 67;

    /// <summary>
    /// Unpacks beside the destination and puts in place what is whole; the trap removes the rest, also when the connection
    /// dies. Hard links put a folder of many files in place at once, and add to folders that are there.
    /// </summary>
    private const string Script =
        """
        dest=$1 several=$2 force=$3 way=$4
        [ "$way" != tar ] || command -v tar >/dev/null || exit 67
        if [ "$several" ] && [ "$force" ]; then mkdir -p "$dest"; fi
        if [ -d "$dest" ]; then folder=$dest into=1
        elif [ "$several" ]; then exit 66
        else folder=$(dirname "$dest") into=
        fi
        [ ! "$force" ] || mkdir -p "$folder"
        [ -d "$folder" ] || exit 66
        folder=${folder%/}
        stage=$(mktemp -d "$folder/.partial.XXXXXXXX") || exit
        trap 'trap "" HUP INT PIPE TERM; rm -rf "$stage"' EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 141' PIPE
        trap 'exit 143' TERM
        if [ "$way" = tar ]; then
            tar -x -o -p -f - -C "$stage" || exit
            [ -f "$stage/ok" ] || exit 1
        else
            mkdir "$stage/i" && (cd "$stage" && pwd) && read -r ok && [ "$ok" = ok ] || exit 1
        fi
        for glob in '*' '.[!.]*' '..?*'; do
            set -- "$stage"/i/$glob
            [ -e "$1" ] || [ -L "$1" ] || continue
            if [ "$into" ]; then
                said=$(cp -a -l -f "$@" "$folder/" 2>&1) || cp -a -f "$@" "$folder/" || exit
            else
                mv -f "$1" "$dest" || exit
            fi
        done
        """;

    private long _sent;

    /// <param name="items">The items; a link among them is followed.</param>
    /// <param name="destination">Path in the guest.</param>
    /// <param name="force">Whether a missing directory of the destination is made.</param>
    /// <param name="onError">Receives what cannot be read; the rest is copied.</param>
    /// <param name="cancellation">Ends the copy; nothing of it stays.</param>
    public async Task CopyAsync(
        IReadOnlyList<FileSystemInfo> items, string destination, bool force, Action<ArchiveException> onError, CancellationToken cancellation)
    {
        var tree = new LocalTree(items, onError);
        var length = Task.Run(tree.Length, cancellation);
        var several = items.Count > 1 || destination.EndsWith('/');
        if (await RunAsync("tar", (stream, token) => ReadAhead.SendAsync(stream, tar => tree.WriteTar(tar, Sent), token)) != NoTar)
            return;

        using var sftp = await guest.OpenSftpAsync(cancellation) ?? throw GuestDownload.NoTar(instance);
        var stage = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await RunAsync(
            "sftp",
            async (stream, token) =>
            {
                await new SftpCopy(sftp, guest, instance, Sent).SendAsync(tree, $"{await stage.Task.WaitAsync(token)}/i", token);
                await stream.WriteAsync("ok\n"u8.ToArray(), token);
            },
            stage);

        void Sent(int bytes) => progress(_sent += bytes, length.IsCompletedSuccessfully ? length.Result : null);

        async Task<int> RunAsync(string way, Func<Stream, CancellationToken, Task> send, TaskCompletionSource<string>? said = null)
        {
            var errors = new StringBuilder();
            Exception? local = null;
            var words = ShellWord.Join([GuestGlob.Normalize(destination), several ? "1" : "", force ? "1" : "", way]);
            var exit = await guest.RunAsync(
                new RemoteCommand($"set -- {words}\n{Script}")
                {
                    Stdin = async (stream, token) =>
                    {
                        try
                        {
                            await send(stream, token);
                        }
                        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArchiveException)
                        {
                            local = e;
                        }
                    },
                    Stdout = new LineDecoder(line =>
                    {
                        said?.TrySetResult(line);
                        return ValueTask.CompletedTask;
                    }).WriteAsync,
                    Stderr = RemoteCommand.Into(errors),
                },
                cancellation);
            return exit.Code switch
            {
                NoTar when way == "tar" => NoTar,
                NoDestination => throw GuestDownload.NoDestination(destination, destination),
                _ when local is ArchiveException known => throw known,
                _ when local is not null => throw new ArchiveException(
                    "ItemUnreadable", ErrorCategory.ReadError, items[0].FullName, $"The copy to the guest of '{instance}' was given up: {local.Message}", local),
                0 => 0,
                _ => throw new ArchiveException(
                    "ItemNotSent",
                    ErrorCategory.WriteError,
                    destination,
                    $"The guest of '{instance}' could not write '{destination}' (its shell ended with {exit.Code}): {TerminalText.Neutralize(errors.ToString().Trim())}"),
            };
        }
    }
}
