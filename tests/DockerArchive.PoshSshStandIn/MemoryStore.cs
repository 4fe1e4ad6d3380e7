using System.Management.Automation;

namespace SSH.Stores;

/// <summary>Trusted keys by host.</summary>
public sealed class MemoryStore
{
    private readonly Dictionary<string, (string Name, string Fingerprint)> _keys = [];

    /// <summary>Trusts a key.</summary>
    public bool SetKey(string host, string hostKeyName, string fingerprint)
    {
        _keys[host] = (hostKeyName, fingerprint);
        return true;
    }

    internal (string Name, string Fingerprint) GetKey(string host) => _keys[host];
}

/// <summary>Makes an empty store.</summary>
[Cmdlet(VerbsCommon.New, "SSHMemoryKnownHost")]
[OutputType(typeof(MemoryStore))]
public sealed class NewSshMemoryKnownHost : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(new MemoryStore());
}
