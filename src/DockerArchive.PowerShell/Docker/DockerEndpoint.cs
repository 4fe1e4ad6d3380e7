using System.Management.Automation;

namespace DockerArchive.Docker;

/// <summary>Where a Docker engine is, and how it is spoken to.</summary>
/// <param name="Name">What a user calls it with -DockerHost: the name of a context or a URL.</param>
/// <param name="Address">Its URL: <c>unix://</c>, <c>npipe://</c>, <c>tcp://</c> or <c>ssh://</c>.</param>
/// <param name="Tls">The certificates for <c>tcp://</c>; null for none.</param>
/// <param name="Source">What named it, for errors: <c>-DockerHost</c>, <c>DOCKER_HOST</c>, …</param>
internal sealed record DockerEndpoint(string Name, Uri Address, DockerTls? Tls, string Source)
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Whether it is on this machine for certain, so that what it publishes can be reached here.</summary>
    public bool IsLocal => Address.Scheme is "unix" or "npipe";

    /// <summary>Whether it has proved who it is, so that a secret may be sent over the connection.</summary>
    public bool IsTrusted => IsLocal || Address.Scheme is "ssh" || Tls is { Verify: true } || Address.IsLoopback;

    /// <summary>What an instance of it is found by again; null for the local engine that is meant when nothing is named.</summary>
    public string? InstanceHost => IsLocal && Source is DefaultSource ? null : Name;

    /// <summary>How docker's command line is told of it.</summary>
    public IReadOnlyList<string> CliArguments => Name.Contains("://", StringComparison.Ordinal) ? ["-H", Name] : ["-c", Name];

    private const string DefaultSource = "default";

    /// <summary>The engine that is meant, by the rules of docker's command line.</summary>
    /// <param name="named">A URL or the name of a context; null or empty for what the environment says.</param>
    /// <exception cref="ArchiveException">What was named is no engine.</exception>
    public static DockerEndpoint Resolve(string? named) => Resolve(named, Environment.GetEnvironmentVariable);

    /// <param name="named">A URL or the name of a context; null or empty for what the environment says.</param>
    /// <param name="variable">The environment's variables.</param>
    /// <inheritdoc cref="Resolve(string?)"/>
    internal static DockerEndpoint Resolve(string? named, Func<string, string?> variable)
    {
        var contexts = new DockerContexts(DockerContexts.DirectoryFrom(variable));
        if (!string.IsNullOrEmpty(named) && named != DockerContexts.Default)
        {
            return named.Contains("://", StringComparison.Ordinal)
                ? Of(named, named, TlsOf(variable), "-DockerHost")
                : contexts.Find(named, "-DockerHost");
        }

        if (variable("DOCKER_HOST") is { Length: > 0 } host)
        {
            // As docker does, which takes an address without a scheme for one of TCP.
            var url = host.Contains("://", StringComparison.Ordinal) ? host : $"tcp://{host}";
            return Of(url, url, TlsOf(variable), "DOCKER_HOST");
        }

        if (string.IsNullOrEmpty(named))
        {
            if (variable("DOCKER_CONTEXT") is { Length: > 0 } context && context != DockerContexts.Default)
                return contexts.Find(context, "DOCKER_CONTEXT");
            if (variable("DOCKER_CONTEXT") is not { Length: > 0 } && contexts.Current is { } current)
                return contexts.Find(current, contexts.ConfigFile);
        }

        return OperatingSystem.IsWindows()
            ? Of(DockerContexts.Default, "npipe:////./pipe/docker_engine", null, DefaultSource)
            : Of(DockerContexts.Default, "unix:///var/run/docker.sock", null, DefaultSource);
    }

    /// <summary>The engine of an instance.</summary>
    public static DockerEndpoint Of(Vm.ArchiveInstance instance) => Resolve(instance.DockerHost);

    /// <summary>The engine at a URL.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="tls">Certificates for TCP, or null.</param>
    /// <param name="source">What names it.</param>
    /// <exception cref="ArchiveException">It is no URL of an engine.</exception>
    public static DockerEndpoint Of(string name, string url, DockerTls? tls, string source)
    {
        // Docker writes a pipe's server with slashes in front, for which a URL has no place.
        var written = url.StartsWith("npipe:////", StringComparison.Ordinal) ? $"npipe://{url["npipe:////".Length..]}" : url;
        if (!Uri.TryCreate(written, UriKind.Absolute, out var address))
            throw Invalid("it is no URL");
        switch (address.Scheme)
        {
            case "unix" when address.AbsolutePath.Length > 1 && address.Host.Length == 0:
            case "npipe" when address.AbsolutePath.StartsWith("/pipe/", StringComparison.OrdinalIgnoreCase):
                return new DockerEndpoint(name, address, null, source);
            case "unix":
                throw Invalid("a Unix socket needs a full path, as unix:///var/run/docker.sock");
            case "npipe":
                throw Invalid("a named pipe is written as npipe:////./pipe/docker_engine");
            case "ssh" when address.UserInfo.Contains(':', StringComparison.Ordinal):
                throw new ArchiveException(
                    "DockerHostInvalid",
                    ErrorCategory.InvalidArgument,
                    $"ssh://{address.Host}",
                    $"The Docker host for {address.Host} ({source}) has a password in it, which ssh does not take. Leave it out and let ssh log in "
                    + "with a key.");
            case "ssh" when address.Host.Length > 0:
                return new DockerEndpoint(name, address, null, source);
            case "https" when address.Host.Length > 0:
                return Tcp(address, tls ?? new DockerTls(null, null, null, Verify: true));
            case "tcp" or "http" when address.Host.Length > 0:
                return Tcp(address, tls);
            case "ssh" or "tcp" or "http" or "https":
                throw Invalid("it names no host");
            default:
                throw Invalid($"'{address.Scheme}' is no way to an engine");
        }

        DockerEndpoint Tcp(Uri at, DockerTls? certificates) => new(
            name,
            new UriBuilder("tcp", at.Host, HasPort(at) ? at.Port : certificates is null ? PlainPort : TlsPort).Uri,
            certificates,
            source);

        bool HasPort(Uri at) => at.Port > 0 && url.TrimEnd('/').EndsWith($":{at.Port}", StringComparison.Ordinal);

        ArchiveException Invalid(string why) => new(
            "DockerHostInvalid",
            ErrorCategory.InvalidArgument,
            url,
            $"'{url}' ({source}) names no Docker host: {why}. Give unix:///path, tcp://host:port, ssh://user@host[:port], npipe:////./pipe/name, "
            + "or the name of a context that `docker context ls` shows.");
    }

    /// <summary>The URL, for messages.</summary>
    public override string ToString() => Address.ToString().TrimEnd('/');

    private static DockerTls? TlsOf(Func<string, string?> variable)
    {
        var verify = variable("DOCKER_TLS_VERIFY") is { Length: > 0 };
        return verify || variable("DOCKER_TLS") is { Length: > 0 }
            ? DockerTls.In(
                variable("DOCKER_CERT_PATH") is { Length: > 0 } path ? path : DockerContexts.DirectoryFrom(variable),
                verify)
            : null;
    }
}
