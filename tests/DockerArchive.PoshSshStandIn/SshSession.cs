using System.Diagnostics.CodeAnalysis;
using Renci.SshNet;

namespace SSH;

/// <summary>A session as Posh-SSH gives it out: with fields, and one property.</summary>
[SuppressMessage("Design", "CA1051", Justification = "Posh-SSH has fields, and they are what is driven.")]
public class SshSession
{
    /// <summary>Its number.</summary>
    public int SessionId;

    /// <summary>The host it was opened to.</summary>
    public string? Host;

    /// <summary>The connection.</summary>
    public SshClient? Session;

    /// <summary>Whether it is open.</summary>
    public bool Connected => Session!.IsConnected;

    /// <summary>Opens it again.</summary>
    public void Connect() => Session!.Connect();

    /// <summary>Closes it.</summary>
    public void Disconnect() => Session!.Disconnect();

    /// <summary>Opens a session by key.</summary>
    public static SshSession Open(string host, int port, string user, string keyFile)
    {
        var client = new SshClient(host, port, user, new PrivateKeyFile(keyFile));
        client.Connect();
        return new SshSession { Host = host, Session = client };
    }
}
