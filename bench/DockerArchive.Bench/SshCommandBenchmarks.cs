using BenchmarkDotNet.Attributes;
using DockerArchive.SshTests;

namespace DockerArchive.Bench;

/// <summary>A command in a guest: over a connection that is open, and with one that has to be opened first.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class SshCommandBenchmarks
{
    private LoopbackSshd _sshd = null!;
    private GuestConnection _guest = null!;

    private string Socket => Path.Combine(_sshd.Home, "master");

    /// <summary>Opens both connections.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        _sshd = new LoopbackSshd();
        _guest = await _sshd.ConnectAsync();
        Cli.Run("ssh", [.. OpenSsh.Options(_sshd), "-M", "-S", Socket, "-fN", OpenSsh.Host(_sshd)]);
    }

    /// <summary>Closes both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        Cli.Run("ssh", "-S", Socket, "-O", "exit", OpenSsh.Host(_sshd));
        _guest.Dispose();
        _sshd.Dispose();
    }

    /// <summary>The peer: OpenSSH's client, which hands the command to its master.</summary>
    [Benchmark]
    public void ControlMaster() => Cli.Run("ssh", "-S", Socket, OpenSsh.Host(_sshd), "true");

    /// <summary>A command over the shared connection.</summary>
    [Benchmark]
    public async Task<int> OpenConnection() => (await _guest.RunAsync("true", CancellationToken.None)).Exit.Code;

    /// <summary>The peer: OpenSSH's client by itself.</summary>
    [Benchmark]
    public void Ssh() => Cli.Run("ssh", [.. OpenSsh.Options(_sshd), OpenSsh.Host(_sshd), "true"]);

    /// <summary>Key exchange, login and a command.</summary>
    [Benchmark]
    public async Task<int> FirstCommand()
    {
        using var guest = await _sshd.ConnectAsync();
        return (await guest.RunAsync("true", CancellationToken.None)).Exit.Code;
    }
}
