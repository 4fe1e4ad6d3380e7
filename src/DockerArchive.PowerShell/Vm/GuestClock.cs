using System.Diagnostics;
using System.Globalization;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>Sets the clock of a guest, which stood still while its state lay on the disk.</summary>
internal static class GuestClock
{
    /// <summary>To the Docker host's time, since the machine's own clock chip follows that.</summary>
    public static async Task SetAsync(DockerEngine engine, GuestConnection guest, CancellationToken cancellation)
    {
        var said = (await engine.Client.System.GetSystemInfoAsync(cancellation)).SystemTime!;
        var since = Stopwatch.StartNew();
        var now = DateTimeOffset.Parse(said, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) + since.Elapsed;
        var seconds = now.ToUnixTimeSeconds();

        // Busybox knows whole seconds only.
        await guest.RunAsync(
            $"date -u -s @{seconds}.{now.Millisecond:000} >/dev/null 2>&1 || date -u -s @{seconds} >/dev/null", cancellation);
    }
}
