using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DockerArchive.IntegrationTests;

/// <summary>
/// A Docker engine beside the machine's own that a test may kill and fill: a dockerd in a network namespace of its own, all of
/// whose data lies in memory. It has the image of the small guest.
/// </summary>
public sealed class SecondEngine : IDisposable
{
    private const string Size = "1G";

    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-engine-").FullName;
    private readonly Process? _namespace;
    private Process? _dockerd;

    public SecondEngine()
    {
        if (Missing is not null)
            return;
        _namespace = Process.Start(new ProcessStartInfo("unshare", ["--net", "--", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("up", _namespace.StandardOutput.ReadLine());
        Directory.CreateDirectory(Data);
        Assert.Equal("", Cli.Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", Data));
        Begin();
        Assert.Contains("Loaded image", Cli.Run("sh", "-c", $"docker save {SmallGuest.Runner} | docker --host {Host} load"), StringComparison.Ordinal);
    }

    /// <summary>Why there can be none here; null where there is one.</summary>
    public static string? Missing { get; } = !OperatingSystem.IsLinux() || Environment.UserName != "root"
        ? "only root on Linux may start a Docker engine"
        : Array.Find(["dockerd", "unshare", "nsenter", "ip"], p => Cli.Run("sh", "-c", $"PATH=$PATH:/usr/sbin:/sbin command -v {p}").Length == 0) is { } program
            ? $"{program} is not installed"
            : null;

    public string Host => $"unix://{_directory}/docker.sock";

    /// <summary>What a program is started with to reach what this engine publishes.</summary>
    public string[] Prefix => ["nsenter", $"--net=/proc/{_namespace!.Id}/ns/net", "--"];

    private string Data => Path.Combine(_directory, "data");

    public string Docker(params string[] arguments) => Cli.Docker(["--host", Host, .. arguments]);

    /// <summary>Starts it, and ends what runs of its containers.</summary>
    public void Begin()
    {
        string[] words =
        [
            .. Prefix, "env", $"PATH={Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin", "dockerd", "--host", Host, "--data-root", Data,
            "--exec-root", Path.Combine(_directory, "exec"), "--pidfile", Path.Combine(_directory, "docker.pid"), "--log-level", "error",
        ];
        _dockerd = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var log = new StringBuilder();
        _dockerd.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        _dockerd.BeginErrorReadLine();
        _dockerd.BeginOutputReadLine();
        Wait.Until(
            () => _dockerd.HasExited || !Docker("version", "--format", "{{.Server.Version}}").Contains("annot connect", StringComparison.Ordinal),
            "the second engine");
        Assert.False(_dockerd.HasExited, _dockerd.HasExited ? log.ToString() : "");
    }

    /// <summary>Ends it as by <c>kill -9</c>. Its containers run on.</summary>
    public void Kill()
    {
        _dockerd!.Kill();
        _dockerd.WaitForExit();

        // Its containerd died with it. Where nobody has taken note of that, the next would wait for it.
        File.Delete(Path.Combine(_directory, "docker.pid"));
        File.Delete(Path.Combine(_directory, "exec", "containerd", "containerd.pid"));
    }

    /// <summary>Fills the disk that its containers lie on.</summary>
    /// <returns>What makes room again.</returns>
    public IDisposable Fill()
    {
        var file = Path.Combine(Data, "full");
        Cli.Run("dd", "if=/dev/zero", $"of={file}", "bs=1M");
        return new Filling(file);
    }

    public void Dispose()
    {
        if (_namespace is null)
            return;
        if (_dockerd!.HasExited)
            Begin();
        foreach (var container in Docker("ps", "-aq").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Docker("rm", "-f", "-v", container);
        Cli.Run("kill", _dockerd.Id.ToString(CultureInfo.InvariantCulture));
        _dockerd.WaitForExit();
        _namespace.Kill();
        _namespace.WaitForExit();
        Cli.Run("umount", Data);
        Directory.Delete(_directory, recursive: true);
    }

    private sealed class Filling(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
