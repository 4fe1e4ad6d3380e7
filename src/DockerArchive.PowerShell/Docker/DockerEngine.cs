using System.Management.Automation;
using System.Net.Sockets;
using Docker.DotNet;

namespace DockerArchive.Docker;

/// <summary>The connection to the Docker engine that <c>DOCKER_HOST</c> or the current Docker context names.</summary>
internal sealed class DockerEngine : IDisposable
{
    private DockerEngine(DockerClient client, Uri endpoint)
    {
        Client = client;
        Endpoint = endpoint;
    }

    public DockerClient Client { get; }

    public Uri Endpoint { get; }

    /// <summary>Address at which a port published by this engine is reached when it is bound to <paramref name="bound"/>.</summary>
    public string PublishedAddress(string bound) =>
        Endpoint.Scheme is "tcp" or "http" or "https" && !Endpoint.IsLoopback
            ? Endpoint.Host
            : bound is "" or "0.0.0.0" or "::" ? "127.0.0.1" : bound;

    /// <exception cref="DockerUnavailableException">No engine answers there.</exception>
    public static async Task<DockerEngine> ConnectAsync(CancellationToken cancellation)
    {
        Uri? endpoint = null;
        DockerClient? client = null;
        try
        {
            endpoint = DockerConfig.Instance.GetEndpoint();
            client = new DockerClientBuilder().WithEndpoint(endpoint).Build();
            await client.System.PingAsync(cancellation);
            return new DockerEngine(client, endpoint);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TimeoutException or IOException
            or DockerApiException or DockerConfigurationException or SshDockerEndpointNotSupportedException
            or NotSupportedException or UnauthorizedAccessException or AggregateException)
        {
            client?.Dispose();
            throw new DockerUnavailableException(endpoint?.ToString() ?? "DOCKER_HOST", e);
        }
    }

    public void Dispose() => Client.Dispose();
}

/// <summary>No Docker engine answers at the configured address.</summary>
public sealed class DockerUnavailableException : ArchiveException
{
    internal DockerUnavailableException(string endpoint, Exception inner)
        : base(
            "DockerUnavailable",
            ErrorCategory.ConnectionError,
            endpoint,
            $"No Docker engine answers at {endpoint} ({Innermost(inner).Message.TrimEnd('.')}). Start Docker, or set DOCKER_HOST or "
            + "`docker context use` to an engine that runs.",
            inner)
    {
    }

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}
