using System.Globalization;
using System.Management.Automation;
using Renci.SshNet;
using Renci.SshNet.Common;
using SSH.Stores;

namespace SSH;

/// <summary>The part of Posh-SSH's cmdlet that New-ArchiveSshSession uses, with its rules of trust.</summary>
[Cmdlet(VerbsCommon.New, "SSHSession", DefaultParameterSetName = "NoKey")]
[OutputType(typeof(SshSession))]
public sealed class NewSshSession : PSCmdlet
{
    /// <summary>The host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string ComputerName { get; set; } = "";

    /// <summary>The login, or the passphrase of the key.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The port.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int Port { get; set; } = 22;

    /// <summary>The private key.</summary>
    [Parameter(ParameterSetName = "Key")]
    public string? KeyFile { get; set; }

    /// <summary>Seconds to wait.</summary>
    [Parameter]
    public int ConnectionTimeout { get; set; } = 10;

    /// <summary>Refuse a key that the store does not have.</summary>
    [Parameter]
    public SwitchParameter ErrorOnUntrusted { get; set; }

    /// <summary>The keys to trust.</summary>
    [Parameter(Mandatory = true)]
    public MemoryStore? KnownHost { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var secret = Credential!.GetNetworkCredential().Password;
        AuthenticationMethod method = KeyFile is null
            ? new PasswordAuthenticationMethod(Credential.UserName, secret)
            : new PrivateKeyAuthenticationMethod(
                Credential.UserName,
                secret.Length == 0 ? new PrivateKeyFile(GetUnresolvedProviderPathFromPSPath(KeyFile)) : new PrivateKeyFile(GetUnresolvedProviderPathFromPSPath(KeyFile), secret));
        var info = new ConnectionInfo(ComputerName, Port, Credential.UserName, method) { Timeout = TimeSpan.FromSeconds(ConnectionTimeout) };
        var (name, fingerprint) = KnownHost!.GetKey(ComputerName);
        foreach (var other in info.HostKeyAlgorithms.Keys.Where(k => k != name).ToArray())
            info.HostKeyAlgorithms.Remove(other);

        var client = new SshClient(info);
        client.HostKeyReceived += (_, e) =>
            e.CanTrust = fingerprint == string.Join(':', e.FingerPrint.Select(b => b.ToString("x", CultureInfo.InvariantCulture))) && name == e.HostKeyName;
        try
        {
            client.Connect();
            WriteObject(new SshSession { Host = ComputerName, Session = client });
        }
        catch (SshException e)
        {
            client.Dispose();
            WriteError(new ErrorRecord(e, null, ErrorCategory.SecurityError, ComputerName));
        }
    }
}
