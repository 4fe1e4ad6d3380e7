using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using DockerArchive.Files;
using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>
/// The build context in the guest. The guest keeps the last one of each directory of the user's, and only what differs from
/// it is sent; each build works in a copy of its own, whose files are hard links, so none ever sees another's.
/// </summary>
/// <remarks>
/// Kept under <c>/tmp/dockerarchive-UID</c>: <c>contexts/KEY/DIGEST</c>, where the key is the directory's and the digest
/// that of the manifest. A digest's directory comes and goes by renaming, and is never changed. One is kept for each key,
/// and the last four keys.
/// </remarks>
internal sealed class GuestContext(GuestConnection guest, string instance, string directory, Action<string> doing)
{
    private const int Attempts = 3;
    private const int BaseGone = 75;

    /// <summary>A copy counts only if the original is still in its place afterwards: then it was there all the time.</summary>
    private const string Functions =
        """
        umask 077
        store=/tmp/dockerarchive-$(id -u)
        mkdir "$store" 2>/dev/null
        [ -d "$store" ] && [ ! -L "$store" ] && [ -O "$store" ] || { echo "$store belongs to somebody else" >&2; exit 1; }
        build=$1 key=$store/contexts/$2 digest=$3
        link() {
            cp -a -l "$1/context" "$1/dockerfile" "$1/manifest" "$2/" 2>/dev/null ||
                { rm -rf "$2/context" "$2/dockerfile" "$2/manifest"; cp -a "$1/context" "$1/dockerfile" "$1/manifest" "$2/" 2>/dev/null; }
            [ $? = 0 ] && [ -f "$1/manifest" ] || { rm -rf "$2/context" "$2/dockerfile" "$2/manifest"; return 1; }
        }

        """;

    private const string Look =
        """
        if [ -d "$key/$digest" ] && link "$key/$digest" "$build"; then
            touch "$key"
            echo "$digest"
        else
            for base in "$key"/*; do :; done
            # Opened once, as another build may take it away at any time.
            { echo "${base##*/}" && cat; } 2>/dev/null <"$base/manifest" || exit 0
        fi
        """;

    private const string Begin =
        """
        rm -rf "$build/context" "$build/dockerfile" "$build/manifest"
        [ -z "$4" ] || link "$key/$4" "$build" || exit 75
        cd "$build" && xargs -0 rm -rf -- ./manifest
        """;

    private const string Unpack =
        """
        cd "$build" && tar -x -o -p -f - || exit
        [ -f manifest ] || exit 1
        mkdir new && link . new && mkdir -p "$key" || exit 0
        [ -d "$key/$digest" ] || mv new "$key/$digest"
        gone() { n=$((n + 1)); mkdir -p gone && mv "$1" "gone/$n"; }
        for other in "$key"/*; do
            [ "$other" = "$key/$digest" ] || gone "$other"
        done
        touch "$key"
        ls -t "$store/contexts" | tail -n +5 | { while read -r old; do gone "$store/contexts/$old"; done; rm -rf gone; } 2>/dev/null
        rm -rf new gone
        """;

    /// <summary>Puts the context into the build's directory, exactly as it is on this machine.</summary>
    /// <exception cref="ArchiveException">It cannot be read here or written there.</exception>
    public async Task PlaceAsync(BuildContext context, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                doing("reading context");
                var manifest = await context.ReadAsync(cancellation);
                var kept = attempt < Attempts ? await LookAsync(context, manifest, cancellation) : null;
                if (kept?.Digest == manifest.Digest)
                    return;
                if (await SendAsync(context, manifest, kept, cancellation))
                    return;
            }
            catch (Exception e) when (e is ContextChangedException or EndOfStreamException && attempt < Attempts)
            {
                // Read again: a build sees one state of the context.
            }
            catch (AggregateException e) when (e.InnerException is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(e.InnerException);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(e);
            }
        }
    }

    private static string Key(BuildContext context) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(context.Identity))).ToLowerInvariant();

    private RemoteCommand Command(string script, BuildContext context, ContextManifest manifest, string kept = "") =>
        new($"exec sh -c {ShellWord.Quote(Functions + script)} sh {ShellWord.Join([directory, Key(context), manifest.Digest, kept])}");

    /// <summary>Asks what the guest has kept of this context; what it has in full is there when this returns.</summary>
    private async Task<ContextManifest?> LookAsync(BuildContext context, ContextManifest manifest, CancellationToken cancellation)
    {
        doing("asking what the guest has of the context");
        var answer = await guest.CollectAsync(Command(Look, context, manifest), cancellation);
        if (answer.Exit.Code != 0)
            throw NotSent(answer.Exit, answer.StderrText);

        var text = answer.Stdout;
        var end = Array.IndexOf(text, (byte)'\n');
        if (end < 0)
            return null;
        var digest = Encoding.ASCII.GetString(text, 0, end);
        if (digest == manifest.Digest && end == text.Length - 1)
            return manifest;
        var kept = ContextManifest.Parse(text[(end + 1)..]);
        return kept.Digest == digest ? kept : null;
    }

    /// <returns>False if the guest has lost in the meantime what it had kept.</returns>
    private async Task<bool> SendAsync(BuildContext context, ContextManifest manifest, ContextManifest? kept, CancellationToken cancellation)
    {
        var (send, remove) = manifest.ChangesFrom(kept);
        var errors = new StringBuilder();
        var begun = await guest.RunAsync(
            Command(Begin, context, manifest, kept?.Digest ?? "") with
            {
                Stdin = async (stream, token) => await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(remove.Select(r => r + "\0"))), token),
                Stderr = RemoteCommand.Into(errors),
            },
            cancellation);
        if (begun.Code == BaseGone)
            return false;
        if (begun.Code != 0)
            throw NotSent(begun, errors.ToString());

        Exception? local = null;
        var exit = await guest.RunAsync(
            Command(Unpack, context, manifest) with
            {
                Stdin = async (stream, token) =>
                {
                    try
                    {
                        await ReadAhead.SendAsync(
                            stream, tar => context.WriteTar(tar, manifest, send, sent => doing($"sending context, {ByteSize.Text(sent)}")), token);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        local = e;
                    }
                },
                Stderr = RemoteCommand.Into(errors),
            },
            cancellation);
        return local is not null ? throw local : exit.Code != 0 ? throw NotSent(exit, errors.ToString()) : true;
    }

    private ArchiveException Unreadable(Exception e) => new(
        "ContextUnreadable", ErrorCategory.ReadError, instance, $"The build context cannot be read: {e.Message}", e);

    private ArchiveException NotSent(RemoteExit exit, string errors) => new(
        "ContextNotSent",
        ErrorCategory.WriteError,
        instance,
        $"The guest of '{instance}' could not unpack the build context (its shell ended with {exit.Code}): {errors.Trim()}");
}
