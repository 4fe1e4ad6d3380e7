using System.Text;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The guest's serial console, which is the container's log.</summary>
internal sealed class SerialConsole(DockerEngine engine)
{
    private const int TailLines = 40;

    /// <summary>The last lines as plain text: boot loaders and systemd colour and move about.</summary>
    public async Task<IReadOnlyList<string>> TailAsync(string containerId)
    {
        using var stream = await engine.Client.Containers.GetContainerLogsAsync(
            containerId,
            new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Tail = "200" },
            CancellationToken.None);
        var lines = new List<string>();
        var splitter = new LineSplitter(line =>
        {
            // systemd redraws the line of a job it waits for; what stands there in the end is what it said.
            var text = TerminalText.Strip(line.TrimEnd('\r').Split('\r')[^1]).TrimEnd();
            if (text.Length > 0)
                lines.Add(text);
        });

        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, CancellationToken.None);
            if (read.EOF)
                break;
            splitter.Write(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }

        splitter.Flush();
        return [.. lines.TakeLast(TailLines)];
    }
}
