using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Client;

namespace DockerArchive.Docker;

/// <summary>
/// Carries a client's requests over connections of our own. Ordinary requests share a few, since over ssh each is a login;
/// a request that turns its connection into a stream has one for itself, of which the sending half can be closed.
/// </summary>
internal sealed class EngineTransport : IDockerHandlerFactory<DockerEndpoint>
{
    private EngineTransport()
    {
    }

    public static EngineTransport Instance { get; } = new();

    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) => throw new NotSupportedException();

    public ResolvedTransport CreateHandler(DockerEndpoint transportOptions, ResolvedClientOptions clientOptions, ILogger logger)
    {
        var pooled = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await OpenAsync(transportOptions, cancellation),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            UseProxy = false,
        };
        var streams = new ManagedHandler(async (_, _, cancellation) => await OpenAsync(transportOptions, cancellation), logger)
        {
            UseProxy = false,
        };
        return new ResolvedTransport(new Switch(pooled, streams), new Uri("http://docker"));
    }

    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) =>
        Task.FromResult(((HttpConnectionResponseContent)content).HijackStream());

    private static async Task<WriteClosableStream> OpenAsync(DockerEndpoint endpoint, CancellationToken cancellation) =>
        endpoint.Address.Scheme is "ssh"
            ? SshStream.Open(endpoint.Address)
            : await TcpDuplexStream.OpenAsync(endpoint, cancellation);

    private sealed class Switch(HttpMessageHandler pooled, HttpMessageHandler streams) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _pooled = new(pooled);
        private readonly HttpMessageInvoker _streams = new(streams);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            (request.Headers.Upgrade.Count > 0 ? _streams : _pooled).SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _pooled.Dispose();
                _streams.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
