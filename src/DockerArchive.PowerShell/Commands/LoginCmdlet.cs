using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that log in to guests, or work over a session of Posh-SSH's.</summary>
public abstract class LoginCmdlet : ArchiveCmdlet
{
    private protected const string ByEnvironment = "Environment";
    private protected const string BySession = "SSHSession";

    /// <summary>
    /// Login of the guest; with -IdentityFile, the password is the key's passphrase. Default: the archives' own, root
    /// with password root, at loopback addresses.
    /// </summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    [ValidateNotNull]
    public virtual PSCredential? Credential { get; set; }

    /// <summary>Private key (OpenSSH or PEM; ed25519, ECDSA or RSA). Default: <c>IDENTITY_FILE</c> of the environment's .env, if it has one.</summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    [ValidateNotNullOrEmpty]
    public virtual string? IdentityFile { get; set; }

    /// <summary>Send the well-known password also to a guest that is not at a loopback address.</summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    public virtual SwitchParameter AllowDefaultPassword { get; set; }

    /// <summary>Sessions of Posh-SSH's New-SSHSession to work over, in place of -Env.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySession)]
    [ValidateNotNullOrEmpty]
    public virtual object[] SSHSession { get; set; } = [];

    /// <summary>The guests that a user means; one that is not there is an error record.</summary>
    private protected IReadOnlyList<Guest> FindGuests(IEnumerable<string> names)
    {
        IReadOnlyList<Guest> guests = [];
        Run(async (output, cancellation) => guests = await FindAsync(names, output, cancellation));
        return guests;
    }

    private async Task<IReadOnlyList<Guest>> FindAsync(
        IEnumerable<string> names, CmdletOutput output, CancellationToken cancellation)
    {
        if (SSHSession.Length > 0)
            return [.. SSHSession.Select(PoshSshSession.Open)];

        var registry = new InstanceRegistry(await EngineAsync(cancellation), Catalog);
        List<ArchiveInstance> found = [];
        foreach (var name in names)
        {
            try
            {
                if (WildcardPattern.ContainsWildcardCharacters(name))
                {
                    var pattern = WildcardPattern.Get(EnvironmentName.Normalize(name), WildcardOptions.IgnoreCase);
                    found.AddRange((await registry.ListAsync(cancellation)).Where(
                        i => i.State is InstanceState.Running && (pattern.IsMatch(i.Name) || pattern.IsMatch(i.Environment!))));
                }
                else
                {
                    found.Add(await registry.GetRunningAsync(name, cancellation));
                }
            }
            catch (ArchiveException e)
            {
                output.Error(e);
            }
        }

        return [.. found.DistinctBy(i => i.ContainerId).Select(ToGuest)];
    }

    private Guest ToGuest(ArchiveInstance instance) => new(
        instance.Name,
        instance.Environment,
        cancellation => GuestConnections.GetAsync(GuestEndpoint.Of(instance, LoginFor(instance)), cancellation));

    private GuestLogin LoginFor(ArchiveInstance instance)
    {
        var identity = IdentityFile is null ? IdentityFileOf(instance) : FileSystemPath(IdentityFile);
        return GuestLogin.For(instance, Credential?.GetNetworkCredential(), identity, AllowDefaultPassword);
    }

    private string? IdentityFileOf(ArchiveInstance instance)
    {
        var directory = Catalog.Directories().FirstOrDefault(d => d.Name == instance.Environment).Directory;
        return directory is not null && ArchiveCatalog.Read(instance.Environment!, directory).Settings.TryGetValue("IDENTITY_FILE", out var file) && file.Length > 0
            ? Path.GetFullPath(file.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), file[1..]) : file, directory)
            : null;
    }
}
