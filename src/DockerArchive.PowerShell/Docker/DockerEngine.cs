using System.Management.Automation;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using Docker.DotNet;

namespace DockerArchive.Docker;

/// <summary>The connection to a Docker engine.</summary>
internal sealed class DockerEngine : IDisposable
{
    private DockerEngine(DockerClient client, DockerEndpoint endpoint)
    {
        Client = client;
        Endpoint = endpoint;
    }

    public DockerClient Client { get; }

    public DockerEndpoint Endpoint { get; }

    /// <summary>Address at which a port published by this engine is reached from here; null if it is not.</summary>
    /// <param name="bound">What the port is bound to on the engine's machine.</param>
    public string? PublishedAddress(string bound)
    {
        var isEverywhere = bound is "" or "0.0.0.0" or "::";
        return Endpoint.IsLocal ? (isEverywhere ? "127.0.0.1" : bound) : isEverywhere ? Endpoint.Address.DnsSafeHost : null;
    }

    /// <summary>The engine, without a look whether it is there.</summary>
    public static DockerEngine Of(DockerEndpoint endpoint) => new(
        endpoint.IsLocal
            ? new DockerClientBuilder().WithEndpoint(endpoint.Address).Build()
            : new DockerClientBuilder().WithTransportOptions(EngineTransport.Instance, endpoint).Build(),
        endpoint);

    /// <exception cref="DockerUnavailableException">No engine answers there.</exception>
    public static async Task<DockerEngine> ConnectAsync(DockerEndpoint endpoint, CancellationToken cancellation)
    {
        var engine = Of(endpoint);
        try
        {
            await engine.Client.System.PingAsync(cancellation);
            return engine;
        }
        catch (Exception e)
        {
            engine.Dispose();

            // The client wraps what is thrown while it connects.
            if (Known(e) is { } known)
                ExceptionDispatchInfo.Throw(known);
            if (IsUnavailable(e))
                throw new DockerUnavailableException(endpoint, e);
            throw;
        }
    }

    private static ArchiveException? Known(Exception? e) => e is null or ArchiveException ? e as ArchiveException : Known(e.InnerException);

    /// <summary>Whether it is how the lack of an answer shows.</summary>
    private static bool IsUnavailable(Exception e) =>
        e is HttpRequestException or SocketException or TimeoutException or IOException or AuthenticationException
            or DockerApiException or NotSupportedException or UnauthorizedAccessException or AggregateException;

    public void Dispose() => Client.Dispose();
}

/// <summary>No Docker engine answers at the address that is meant.</summary>
public sealed class DockerUnavailableException : ArchiveException
{
    internal DockerUnavailableException(DockerEndpoint endpoint, Exception inner)
        : base(
            "DockerUnavailable",
            ErrorCategory.ConnectionError,
            endpoint.ToString(),
            $"No Docker engine answers at {endpoint}{Named(endpoint)}: {Innermost(inner).Message.TrimEnd('.')}. {Remedy(endpoint)}",
            inner)
    {
    }

    private static string Named(DockerEndpoint endpoint) =>
        endpoint.Source is "default" ? "" : endpoint.Name.Contains("://", StringComparison.Ordinal)
            ? $" ({endpoint.Source})"
            : $" (context '{endpoint.Name}' of {endpoint.Source})";

    private static string Remedy(DockerEndpoint endpoint) => endpoint.Address.Scheme switch
    {
        "ssh" => $"`ssh {(endpoint.Address.UserInfo.Length > 0 ? $"{endpoint.Address.UserInfo}@" : "")}{endpoint.Address.Host}"
            + $"{(endpoint.Address.Port > 0 ? $" -p {endpoint.Address.Port}" : "")} docker version` must work without asking for anything.",
        "tcp" when endpoint.Tls is null => "If it wants TLS, set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or use a context with certificates.",
        "tcp" => "The certificates are those of DOCKER_CERT_PATH or of the context.",
        _ => "Start Docker, or name an engine that runs: -DockerHost, DOCKER_HOST or `docker context use`.",
    };

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}
