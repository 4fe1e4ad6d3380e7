namespace DockerArchive.SshTests;

/// <summary>A network of its own on this machine, linked by a pair of virtual cables that can be cut.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly string _name = $"da{Random.Shared.Next(100_000_000):x}";

    public NetworkNamespace()
    {
        var net = $"10.{Random.Shared.Next(128, 250)}.{Random.Shared.Next(250)}";
        Address = $"{net}.2";
        Ip("netns", "add", _name);
        Ip("link", "add", Outer, "type", "veth", "peer", "name", Inner);
        Ip("link", "set", Inner, "netns", _name);
        Ip("addr", "add", $"{net}.1/24", "dev", Outer);
        Ip("link", "set", Outer, "up");
        Ip("-n", _name, "addr", "add", $"{Address}/24", "dev", Inner);
        Ip("-n", _name, "link", "set", Inner, "up");
        Ip("-n", _name, "link", "set", "lo", "up");
    }

    public static bool IsPossible => Environment.UserName == "root" && File.Exists("/usr/sbin/ip");

    /// <summary>Address inside.</summary>
    public string Address { get; }

    /// <summary>How to run a program inside.</summary>
    public string[] Prefix => ["/usr/sbin/ip", "netns", "exec", _name];

    private string Outer => $"{_name}o";

    private string Inner => $"{_name}i";

    /// <summary>Lets nothing through any more, in silence: neither end of a connection is told.</summary>
    public void DropPackets() => Ip("-n", _name, "addr", "flush", "dev", Inner);

    public void Dispose()
    {
        Ip("link", "del", Outer);
        Ip("netns", "del", _name);
    }

    private static void Ip(params string[] arguments) => Cli.Run("/usr/sbin/ip", arguments);
}
