using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>
/// A conversation with a machine's QEMU in its own protocol, over the pipes in its container. It is the only one at a time:
/// another waits until it has ended, in whatever process it is.
/// </summary>
internal sealed class QmpConnection : IDisposable
{
    private const int NoPipes = 3;

    /// <summary>
    /// Joins the pipes to this command's own input and output. The lock goes with its holder, however that ends. A client
    /// that is gone has closed the input, after which a guest it had stopped goes on; byte 255 has QEMU forget a request
    /// of which only a part arrived.
    /// </summary>
    private const string JoinScript = """
        [ -p "$1.in" ] || exit 3
        exec 9>"$1.lock"
        flock 9
        cat <"$1.out" &
        echo
        cat >"$1.in"
        printf '\377\n%s\n' "$2" >"$1.in"
        sleep 0.1
        kill $!
        """;

    private const string Continue = """{"execute":"cont"}""";

    private readonly MultiplexedStream _stream;
    private readonly string _instance;
    private readonly byte[] _buffer = new byte[16384];
    private readonly List<byte> _received = [];
    private readonly string _session = Guid.NewGuid().ToString("N");
    private int _requests;

    private QmpConnection(MultiplexedStream stream, string instance) => (_stream, _instance) = (stream, instance);

    /// <summary>Waits for its turn and for QEMU, and connects.</summary>
    /// <param name="engine">The engine that runs the machine.</param>
    /// <param name="containerId">The machine's container.</param>
    /// <param name="instance">What errors call it.</param>
    /// <param name="resume">Whether a guest that is stopped goes on when this connection ends, however it does.</param>
    /// <param name="cancellation">Waits no longer.</param>
    /// <exception cref="NoQmpException">The machine was started without pipes.</exception>
    public static async Task<QmpConnection> OpenAsync(
        DockerEngine engine, string containerId, string instance, bool resume, CancellationToken cancellation)
    {
        var exec = await engine.Client.Exec.CreateContainerExecAsync(
            containerId,
            new ContainerExecCreateParameters
            {
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
                Cmd = ["sh", "-c", JoinScript, "sh", QmpPipes.Path, resume ? Continue : ""],
            },
            cancellation);
        var stream = await engine.Client.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters(), cancellation);
        var connection = new QmpConnection(stream, instance);
        try
        {
            if (await connection.ReadLineAsync(cancellation) is null)
            {
                var ended = await engine.Client.Exec.InspectContainerExecAsync(exec.ID, cancellation);
                throw ended.ExitCode == NoPipes ? new NoQmpException(instance) : connection.Gone();
            }

            // The first conversation has QEMU's greeting to pass over, later ones are told that all is agreed already.
            await connection.AskAsync("qmp_capabilities", null, mayFail: true, cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Has a command done.</summary>
    /// <returns>What it returned.</returns>
    /// <exception cref="QmpException">QEMU refused it.</exception>
    public Task<JsonNode> AskAsync(string command, CancellationToken cancellation) => AskAsync(command, null, false, cancellation);

    /// <inheritdoc cref="AskAsync(string, CancellationToken)"/>
    public Task<JsonNode> AskAsync(string command, JsonObject arguments, CancellationToken cancellation) =>
        AskAsync(command, arguments, false, cancellation);

    /// <summary>Has a command of the monitor for humans done, of which some have no other form in old versions.</summary>
    /// <exception cref="QmpException">It printed something, which is why it failed.</exception>
    public async Task MonitorAsync(string commandLine, CancellationToken cancellation)
    {
        var printed = (await AskAsync(
            "human-monitor-command", new JsonObject { ["command-line"] = commandLine }, false, cancellation)).GetValue<string>().Trim();
        if (printed.Length > 0)
            throw new QmpException(printed);
    }

    public void Dispose() => _stream.Dispose();

    private async Task<JsonNode> AskAsync(string command, JsonObject? arguments, bool mayFail, CancellationToken cancellation)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_session}.{++_requests}");
        var request = new JsonObject { ["execute"] = command, ["id"] = id };
        if (arguments is not null)
            request["arguments"] = arguments;
        var bytes = Encoding.UTF8.GetBytes(request.ToJsonString() + '\n');
        await _stream.WriteAsync(bytes, 0, bytes.Length, cancellation);
        while (await ReadLineAsync(cancellation) is { } line)
        {
            // Events, and answers to somebody who did not wait for them, have another id or none.
            if (Parse(line) is not { } said || said["id"] is not JsonValue value || !value.TryGetValue<string>(out var about) || about != id)
                continue;
            if (said["return"] is { } result)
                return result;
            return mayFail ? new JsonObject() : throw new QmpException(said["error"]?["desc"]?.GetValue<string>() ?? line);
        }

        throw Gone();
    }

    /// <summary>Null for what is left of a line that another conversation did not read to its end.</summary>
    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var end = _received.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString([.. _received[..end]]);
                _received.RemoveRange(0, end + 1);
                return line;
            }

            var read = await _stream.ReadOutputAsync(_buffer, 0, _buffer.Length, cancellation);
            if (read.EOF)
                return null;
            if (read.Target is MultiplexedStream.TargetStream.StandardOut)
                _received.AddRange(_buffer.AsSpan(0, read.Count));
        }
    }

    private GuestNotReadyException Gone() => new(_instance, GuestFailure.Ended, "ended while QEMU was asked", []);
}

/// <summary>QEMU refused a command.</summary>
/// <param name="message">Why, in QEMU's words.</param>
internal sealed class QmpException(string message) : Exception(message);

/// <summary>A machine was started without the pipes through which QEMU is controlled.</summary>
public sealed class NoQmpException : ArchiveException
{
    internal NoQmpException(string instance)
        : base(
            "NoQmp",
            ErrorCategory.InvalidOperation,
            instance,
            $"'{instance}' was started without a control connection to its QEMU, as docker compose does, so it has no checkpoints. Make it anew: "
            + $"Remove-ArchiveEnv {instance} -Force -KeepCheckpoint, then Start-ArchiveEnv.")
    {
    }
}
