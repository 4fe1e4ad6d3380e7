using BenchmarkDotNet.Attributes;
using DockerArchive.Buildkit;
using DockerArchive.Files;
using DockerArchive.SshTests;

namespace DockerArchive.Bench;

/// <summary>Bytes through a connection that is open: trees of files, and bare streams, beside OpenSSH over its master.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class SshTransferBenchmarks
{
    /// <summary>Length of the bare streams and of the big tree, in bytes.</summary>
    public const int Length = 200_000_000;

    /// <summary>How many files the tree of small files has.</summary>
    public const int Files = 10_000;

    private LoopbackSshd _sshd = null!;
    private GuestConnection _guest = null!;
    private string _directory = "";
    private int _destinations;

    private string Socket => Path.Combine(_sshd.Home, "master");

    private string Big => Path.Combine(_directory, "big");

    private string Small => Path.Combine(_directory, "small");

    private string Context => Path.Combine(_directory, "context");

    private string Blob => Path.Combine(Big, "0");

    /// <summary>Makes the trees and opens both connections.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        // In memory where there is such a place: a disk would be measured otherwise.
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _directory = Directory.CreateDirectory(Path.Combine(parent, $"dockerarchive-bench-{Guid.NewGuid():n}")).FullName;
        Directory.CreateDirectory(Big);
        var random = new Random(1);
        // One large file and a hundred of medium size, which no algorithm can compress.
        Write(Blob, Length / 2);
        for (var i = 1; i <= 100; i++)
            Write(Path.Combine(Big, $"{i}"), Length / 200);
        for (var i = 0; i < Files; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Small, $"{i / 100}")).FullName;
            Write(Path.Combine(folder, $"{i}"), random.Next(4000));
        }

        Directory.CreateDirectory(Context);
        File.WriteAllText(Path.Combine(Context, "Dockerfile"), "FROM scratch\n");
        for (var i = 0; i < 100; i++)
            Write(Path.Combine(Context, $"{i}"), 1_000_000);

        _sshd = new LoopbackSshd();
        _guest = await _sshd.ConnectAsync();
        Cli.Run("ssh", [.. OpenSsh.Options(_sshd), "-M", "-S", Socket, "-fN", OpenSsh.Host(_sshd)]);

        void Write(string path, int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Removes all that was made.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        Cli.Run("ssh", "-S", Socket, "-O", "exit", OpenSsh.Host(_sshd));
        _guest.Dispose();
        _sshd.Dispose();
        Directory.Delete(_directory, recursive: true);

        // This machine is the guest, whose store goes with its /tmp otherwise.
        Cli.Run("sh", "-c", "rm -rf /tmp/dockerarchive-$(id -u)");
    }

    /// <summary>Removes what an iteration has sent, outside its time.</summary>
    [IterationCleanup]
    public void RemoveCopies()
    {
        foreach (var copy in Directory.GetDirectories(_directory, "copy*"))
            Directory.Delete(copy, recursive: true);
    }

    /// <summary>The peer: a tree of 200 MB.</summary>
    [Benchmark]
    public void TarBig() => Tar(Big, "ssh", OpenSsh.Options(_sshd));

    /// <summary>The peer with its connection open before.</summary>
    [Benchmark]
    public void TarBigMaster() => Tar(Big, "ssh", "-S", Socket);

    /// <summary>The same tree with Copy-ArchiveItem's engine.</summary>
    [Benchmark]
    public Task CopyBig() => CopyAsync(Big);

    /// <summary>The peer: a build context of 100 MB, sent whole.</summary>
    [Benchmark]
    public void TarContext() => Tar(Context, "ssh", "-S", Socket);

    /// <summary>The same context, of which the guest has all from the warm-up on.</summary>
    [Benchmark]
    public Task UnchangedContext()
    {
        var build = Directory.CreateDirectory(NewCopy()).FullName;
        return new GuestContext(_guest, "loopback", build, static _ => { }).PlaceAsync(BuildContext.Open(Context, null), CancellationToken.None);
    }

    /// <summary>The peer: 10,000 small files.</summary>
    [Benchmark]
    public void TarSmall() => Tar(Small, "ssh", OpenSsh.Options(_sshd));

    /// <summary>The peer with its connection open before.</summary>
    [Benchmark]
    public void TarSmallMaster() => Tar(Small, "ssh", "-S", Socket);

    /// <summary>The same files with Copy-ArchiveItem's engine.</summary>
    [Benchmark]
    public Task CopySmall() => CopyAsync(Small);

    /// <summary>The peer: a stream into a command.</summary>
    [Benchmark]
    public void SshIn() => Shell($"ssh -S {Socket} {OpenSsh.Host(_sshd)} 'cat >/dev/null' <{Blob}");

    /// <summary>The same stream.</summary>
    [Benchmark]
    public Task StreamIn() => _guest.RunAsync(
        new RemoteCommand("exec cat >/dev/null")
        {
            Stdin = async (stream, cancellation) =>
            {
                await using var file = File.OpenRead(Blob);
                await file.CopyToAsync(stream, cancellation);
            },
        },
        CancellationToken.None);

    /// <summary>The peer: a stream out of a command.</summary>
    [Benchmark]
    public void SshOut() => Shell($"ssh -S {Socket} {OpenSsh.Host(_sshd)} 'cat {Blob}' >/dev/null");

    /// <summary>The same stream.</summary>
    [Benchmark]
    public Task StreamOut() => _guest.RunAsync(new RemoteCommand($"exec cat {Blob}"), CancellationToken.None);

    private static void Shell(string script) => Cli.Run("sh", "-c", script);

    private string NewCopy() => Path.Combine(_directory, $"copy{_destinations++}");

    private void Tar(string tree, string ssh, params string[] options)
    {
        var copy = NewCopy();
        Shell($"tar -c -f - -C {tree} . | {ssh} {string.Join(' ', options)} {OpenSsh.Host(_sshd)} 'mkdir {copy} && tar -x -f - -C {copy}'");
    }

    private Task CopyAsync(string tree) => new GuestUpload(_guest, "loopback", static (_, _) => { }).CopyAsync(
        [new DirectoryInfo(tree)], NewCopy(), force: false, static e => throw e, CancellationToken.None);
}
