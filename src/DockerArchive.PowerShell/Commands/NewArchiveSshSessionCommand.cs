using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Opens sessions of the module Posh-SSH to running environments, with this module's logins and pinned host keys.</summary>
[Cmdlet(VerbsCommon.New, "ArchiveSshSession", DefaultParameterSetName = ByEnvironment)]
[OutputType("SSH.SshSession")]
public sealed class NewArchiveSshSessionCommand : AuthenticationCmdlet
{
    private CommandInfo? _newSession;
    private CommandInfo? _newKnownHost;

    /// <summary>Names of environments that run, or of instances; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByEnvironment)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _newSession = InvokeCommand.GetCommand(@"Posh-SSH\New-SSHSession", CommandTypes.Cmdlet);
        _newKnownHost = InvokeCommand.GetCommand(@"Posh-SSH\New-SSHMemoryKnownHost", CommandTypes.Cmdlet);
        if (_newSession is null || _newKnownHost is null)
        {
            ThrowTerminatingError(new ArchiveException(
                "PoshSshMissing",
                ErrorCategory.NotInstalled,
                "Posh-SSH",
                "Sessions are Posh-SSH's, and that module (3.0 or later) is not installed. Install it with: Install-Module Posh-SSH").ToErrorRecord());
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<ArchiveInstance> instances = [];
        Run(async (output, cancellation) => instances = await FindRunningAsync(Env, output, cancellation));
        foreach (var instance in instances)
        {
            GuestEndpoint? endpoint = null;
            string? algorithm = null;
            Run(async (_, cancellation) =>
            {
                // A login of our own comes first: it checks or makes the pin, and says better what is wrong.
                var wanted = EndpointOf(instance);
                algorithm = (await GuestConnections.GetAsync(wanted, cancellation)).HostKeyAlgorithm;
                var (host, port) = await wanted.ReachAsync(cancellation);
                endpoint = wanted with { Host = host, Port = port };
            });
            if (endpoint is not null && algorithm is not null)
                Open(endpoint, algorithm);
        }
    }

    private void Open(GuestEndpoint endpoint, string hostKeyAlgorithm)
    {
        var login = endpoint.Login;
        using var secret = new System.Security.SecureString();
        foreach (var character in (login.IdentityFile is null ? login.Password : login.Passphrase) ?? "")
            secret.AppendChar(character);
        var parameters = new Hashtable
        {
            ["ComputerName"] = endpoint.Host,
            ["Port"] = endpoint.Port,
            ["Credential"] = new PSCredential(login.User, secret),
            ["KnownHost"] = KnownHost(endpoint, hostKeyAlgorithm),
            ["ErrorOnUntrusted"] = true,
            ["ConnectionTimeout"] = (int)GuestConnections.PatienceWhenUp.TotalSeconds,
        };
        if (login.IdentityFile is { } file)
            parameters["KeyFile"] = WildcardPattern.Escape(file);

        using var opening = PowerShell.Create(RunspaceMode.CurrentRunspace).AddCommand(_newSession).AddParameters(parameters);
        foreach (var session in opening.Invoke())
            WriteObject(session);
        foreach (var error in opening.Streams.Error)
        {
            WriteError(new ArchiveException(
                "SSHSessionNotOpened",
                error.CategoryInfo.Category,
                endpoint.Name,
                $"Posh-SSH opened no session to '{endpoint.Name}' at {endpoint}: {error.Exception.Message}",
                error.Exception).ToErrorRecord());
        }
    }

    /// <summary>A store for this one key. Posh-SSH knows hosts by their address alone, and here they share one.</summary>
    private object KnownHost(GuestEndpoint endpoint, string algorithm)
    {
        using var making = PowerShell.Create(RunspaceMode.CurrentRunspace).AddCommand(_newKnownHost);
        var store = making.Invoke().Single();
        var key = HostKeyPins.Keys(endpoint.ContainerId)[Algorithms.KeyTypeOf(algorithm)];
        store.Methods["SetKey"].Invoke(endpoint.Host, algorithm, Fingerprint(Convert.FromBase64String(key)));
        return store.BaseObject;
    }

    /// <summary>As Posh-SSH writes it, each byte without leading zero.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "Posh-SSH compares MD5; the key itself was checked by our own login.")]
    private static string Fingerprint(byte[] key) =>
        string.Join(':', MD5.HashData(key).Select(b => b.ToString("x", CultureInfo.InvariantCulture)));
}
