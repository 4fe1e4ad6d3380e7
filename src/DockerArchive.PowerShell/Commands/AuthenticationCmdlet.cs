using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that log in to guests.</summary>
public abstract class AuthenticationCmdlet : ArchiveCmdlet
{
    private protected const string ByEnvironment = "Environment";

    private string? _identityFile;

    /// <summary>
    /// Login of the guest; with -IdentityFile, the password is the key's passphrase. Default: the archives' own, root
    /// with password root, at loopback addresses.
    /// </summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    [ValidateNotNull]
    public virtual PSCredential? Credential { get; set; }

    /// <summary>
    /// Private key (OpenSSH or PEM; ed25519, ECDSA or RSA). Default, without -Credential: <c>IDENTITY_FILE</c> of the
    /// environment's .env, if it has one.
    /// </summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    [ValidateNotNullOrEmpty]
    public virtual string? IdentityFile { get; set; }

    /// <summary>Send the well-known password also to a guest that is not at a loopback address.</summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    public virtual SwitchParameter AllowDefaultPassword { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            // The session's location is the pipeline thread's to ask for.
            _identityFile = IdentityFile is null ? null : FileSystemPath(IdentityFile);
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }
    }

    /// <summary>The running instances that a user means; one that is not there is an error record.</summary>
    private protected async Task<IReadOnlyList<ArchiveInstance>> FindRunningAsync(
        IEnumerable<string> names, CmdletOutput output, CancellationToken cancellation)
    {
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

        return [.. found.DistinctBy(i => i.ContainerId)];
    }

    /// <summary>As whom to log in to an instance.</summary>
    /// <exception cref="ArchiveException">There is no login that may be tried.</exception>
    private protected GuestLogin LoginFor(ArchiveInstance instance) =>
        GuestLogin.For(instance, Credential?.GetNetworkCredential(), IdentityFileFor(instance), AllowDefaultPassword);

    private protected GuestEndpoint EndpointOf(ArchiveInstance instance) => GuestEndpoint.Of(instance, LoginFor(instance));

    /// <summary>What .env says of an instance's environment; nothing if that is gone.</summary>
    private protected IReadOnlyDictionary<string, string> SettingsOf(ArchiveInstance instance) =>
        DefinitionOf(instance)?.Settings ?? new Dictionary<string, string>();

    /// <summary>The environment of an instance; null if its directory was renamed or removed.</summary>
    private protected ArchiveEnv? DefinitionOf(ArchiveInstance instance) =>
        Catalog.Directories().FirstOrDefault(d => d.Name == instance.Environment).Directory is { } directory
            ? ArchiveCatalog.Read(instance.Environment!, directory)
            : null;

    private string? IdentityFileFor(ArchiveInstance instance)
    {
        if (_identityFile is not null)
            return _identityFile;
        if (Credential is not null
            || DefinitionOf(instance) is not { } env
            || !env.Settings.TryGetValue("IDENTITY_FILE", out var file)
            || file.Length == 0)
        {
            return null;
        }

        return Path.GetFullPath(
            file.StartsWith("~/", StringComparison.Ordinal)
                ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), file[1..])
                : file,
            env.Directory);
    }
}
