using System.Diagnostics;
using System.Net.Sockets;

namespace DockerArchive.SshTests;

/// <summary>A real sshd of this machine on a loopback port, with keys of its own. It lets the current user in by key.</summary>
public sealed class LoopbackSshd : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-sshd").FullName;
    private readonly NetworkNamespace? _network;
    private string _options;
    private Process? _daemon;

    /// <param name="options">Further lines of sshd_config, before all others, so that they win.</param>
    public LoopbackSshd(params string[] options)
        : this(null, options)
    {
    }

    /// <param name="network">Where it listens; null for the loopback interface.</param>
    /// <param name="options">Further lines of sshd_config, before all others, so that they win.</param>
    public LoopbackSshd(NetworkNamespace? network, params string[] options)
    {
        _network = network;
        _options = string.Join('\n', options);
        MakeHostKeys();
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", IdentityFile);
        Directory.CreateDirectory(Home);
        Port = LoopbackPort.Next();
        Start();
    }

    public int Port { get; }

    public string Address => _network?.Address ?? "127.0.0.1";

    /// <summary>The key that lets the current user in.</summary>
    public string IdentityFile => Path.Combine(_directory, "id");

    /// <summary>Home directory in sessions: an empty one, as the user's own profile may do anything.</summary>
    public string Home => Path.Combine(_directory, "home");

    /// <summary>How many connections are open.</summary>
    public int Connections => Cli.Processes().Count(p => p.Parent == ProcessId);

    /// <summary>Process id of the listening sshd.</summary>
    public int ProcessId => _daemon!.Id;

    internal GuestEndpoint Endpoint => EndpointFor(new GuestLogin(Environment.UserName, null, IdentityFile));

    internal GuestEndpoint EndpointFor(GuestLogin login) =>
        new(Address, Port, Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()).PadRight(64, '0'), "loopback", login);

    internal async Task<GuestConnection> ConnectAsync() =>
        await GuestConnection.OpenAsync(Endpoint, TimeSpan.FromSeconds(60), CancellationToken.None);

    /// <summary>Makes a key that lets the current user in.</summary>
    /// <param name="options">Of ssh-keygen.</param>
    public string MakeIdentity(params string[] options)
    {
        var file = Path.Combine(_directory, Guid.NewGuid().ToString("n"));
        Run("ssh-keygen", ["-q", "-f", file, .. options]);
        File.AppendAllText($"{IdentityFile}.pub", File.ReadAllText($"{file}.pub"));
        return file;
    }

    /// <summary>Starts anew with other options.</summary>
    public void Restart(params string[] options)
    {
        Kill();
        _options = string.Join('\n', options);
        Start();
    }

    /// <summary>Makes new host keys, which count from the next start on.</summary>
    public void MakeHostKeys()
    {
        foreach (var type in (string[])["ed25519", "ecdsa", "rsa"])
        {
            var file = Path.Combine(_directory, $"host_{type}");
            File.Delete(file);
            Run("ssh-keygen", "-q", "-t", type, "-N", "", "-f", file);
        }
    }

    public void Start()
    {
        File.WriteAllText(Path.Combine(_directory, "config"), $"""
            {_options}
            ListenAddress {Address}:{Port}
            HostKey {_directory}/host_ed25519
            HostKey {_directory}/host_ecdsa
            HostKey {_directory}/host_rsa
            AuthorizedKeysFile {_directory}/id.pub
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            MaxStartups 100
            Subsystem sftp internal-sftp
            SetEnv HOME={Home}

            """);
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        var sshd = File.Exists("/usr/sbin/sshd") ? "/usr/sbin/sshd" : throw new InvalidOperationException("sshd is not installed: apt-get install openssh-server");
        string[] command = [.. _network?.Prefix ?? [], sshd, "-D", "-e", "-f", Path.Combine(_directory, "config")];
        _daemon = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        _daemon.ErrorDataReceived += static (_, _) => { };
        _daemon.BeginErrorReadLine();
        WaitForBanner();
    }

    /// <summary>Ends the listening sshd and the ones that serve connections, as a crash of the service would.</summary>
    public void Kill()
    {
        foreach (var child in Cli.Processes().Where(p => p.Parent == ProcessId).ToArray())
            Cli.Kill(child.Id);
        _daemon!.Kill();
        _daemon.WaitForExit();
    }

    public void Dispose()
    {
        if (!_daemon!.HasExited)
            Kill();
        _daemon.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static void Run(string program, params string[] arguments) => Cli.Run(program, arguments);

    private void WaitForBanner()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient(Address, Port);
                if (client.GetStream().ReadByte() == 'S')
                    return;
            }
            catch (SocketException) when (watch.Elapsed < TimeSpan.FromSeconds(60) && !_daemon!.HasExited)
            {
                Thread.Sleep(20);
            }
        }
    }
}
