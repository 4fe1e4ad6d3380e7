using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The guest's serial console, which is the container's log.</summary>
internal sealed class SerialConsole(DockerEngine engine)
{
    private const int TailLines = 40;

    /// <summary>The last lines that say something since the container was last started, as plain text.</summary>
    public async Task<IReadOnlyList<string>> TailAsync(string containerId)
    {
        var lines = new Queue<string>();
        try
        {
            var since = await LastStartAsync(containerId, CancellationToken.None);
            await foreach (var (_, raw) in ReadAsync(containerId, 200, since, follow: false, CancellationToken.None))
            {
                var text = Plain(raw);
                if (text.Length == 0)
                    continue;
                if (lines.Count == TailLines)
                    lines.Dequeue();
                lines.Enqueue(text);
            }
        }
        catch (DockerApiException e) when (e is DockerContainerNotFoundException || e.StatusCode is HttpStatusCode.Conflict)
        {
            // It was removed, or is just being, and its log with it.
        }

        return [.. lines];
    }

    /// <summary>
    /// From when on the log is of the container's last start. What is printed at once may be older than the time that the
    /// engine notes as that of the start, but, while it runs, not as old as the end before.
    /// </summary>
    public async Task<DateTimeOffset> LastStartAsync(string containerId, CancellationToken cancellation)
    {
        var state = (await engine.Client.Containers.InspectContainerAsync(containerId, cancellation)).State!;
        var started = Time(state.StartedAt);
        var ended = Time(state.FinishedAt);
        var since = started > DateTimeOffset.UnixEpoch ? started - TimeSpan.FromSeconds(1) : DateTimeOffset.UnixEpoch;
        return state.Running && ended > since ? ended : since;

        static DateTimeOffset Time(string? text) =>
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;
    }

    /// <summary>The lines as Docker keeps them, with the time at which it received each.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="tail">How many lines of what is there; null for all.</param>
    /// <param name="since">Only lines from then on; null for all.</param>
    /// <param name="follow">Whether to wait for more until the container ends.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<(DateTimeOffset Time, string Raw)> ReadAsync(
        string containerId,
        int? tail,
        DateTimeOffset? since,
        bool follow,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stream = await engine.Client.Containers.GetContainerLogsAsync(
            containerId,
            new ContainerLogsParameters
            {
                ShowStdout = true,
                ShowStderr = true,
                Timestamps = true,
                Follow = follow,
                Tail = tail?.ToString(CultureInfo.InvariantCulture) ?? "all",
                Since = since is { } from ? UnixTime(from) : null!,
            },
            cancellation);
        var ready = new Queue<string>();
        var splitter = new LineSplitter(ready.Enqueue);
        var decoder = Encoding.UTF8.GetDecoder();
        var buffer = new byte[16 * 1024];
        var characters = new char[buffer.Length];
        for (var ended = false; !ended;)
        {
            var read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellation);
            ended = read.EOF;
            if (ended)
                splitter.Flush();
            else
                splitter.Write(characters.AsSpan(0, decoder.GetChars(buffer, 0, read.Count, characters, 0)));
            while (ready.TryDequeue(out var line))
                yield return Split(line);
        }
    }

    /// <summary>The engine takes no RFC 3339 here, unlike docker logs.</summary>
    private static string UnixTime(DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{time.ToUnixTimeSeconds()}.{time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick:000000000}");

    /// <summary>
    /// What a line says in the end: boot loaders and systemd colour and move about, and systemd draws the line of a job
    /// that it waits for again and again.
    /// </summary>
    public static string Plain(string raw) => TerminalText.Strip(raw.TrimEnd('\r').Split('\r')[^1]).TrimEnd();

    /// <summary>Docker puts its time before each line: RFC 3339 and a blank.</summary>
    private static (DateTimeOffset Time, string Raw) Split(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0
            && DateTimeOffset.TryParse(
                line.AsSpan(0, blank), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? (time, line[(blank + 1)..])
            : (default, line);
    }
}
