using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DockerArchive.Catalog;

namespace DockerArchive.Docker;

/// <summary>Asks registries about images by their HTTP API v2, with the logins that Docker has.</summary>
internal sealed partial class ImageRegistry : IDisposable
{
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    public void Dispose() => _http.Dispose();

    /// <summary>What the registry has under a name; null where it has nothing, or nothing that these logins may see.</summary>
    /// <exception cref="ArchiveException">The registry does not answer, or refuses for another reason.</exception>
    public async Task<PublishedImage?> FindAsync(string reference, CancellationToken cancellation)
    {
        var image = ImageReference.Parse(reference);
        try
        {
            var session = new Session(_http, image, reference);
            if (await session.GetAsync($"manifests/{image.Tag}", ManifestTypes, cancellation) is not { } named)
                return null;
            var manifest = named;
            if (ForThisArchitecture(named.Json) is { } inner)
                manifest = await session.GetAsync($"manifests/{inner}", ManifestTypes, cancellation) ?? named;
            return new PublishedImage
            {
                Reference = reference,
                Digest = named.Digest,
                Size = Parts(manifest.Json).Sum(p => p.GetProperty("size").GetInt64()),
                Created = await CreatedAsync(session, manifest.Json, cancellation),
            };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new ArchiveException(
                "RegistryUnavailable", ErrorCategory.ConnectionError, reference, $"The registry {image.Host} does not answer: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Refused(reference, image.Host, $"answers what is no manifest: {e.Message}", e);
        }
    }

    /// <summary>An index names images of several architectures; guests are x86-64.</summary>
    private static string? ForThisArchitecture(JsonElement manifest)
    {
        if (!manifest.TryGetProperty("manifests", out var list))
            return null;
        foreach (var item in list.EnumerateArray())
        {
            if (item.TryGetProperty("platform", out var platform)
                && platform.GetProperty("os").GetString() == "linux" && platform.GetProperty("architecture").GetString() == "amd64")
            {
                return item.GetProperty("digest").GetString();
            }
        }

        return null;
    }

    private static IEnumerable<JsonElement> Parts(JsonElement manifest)
    {
        if (manifest.TryGetProperty("config", out var config))
            yield return config;
        if (!manifest.TryGetProperty("layers", out var layers))
            yield break;
        foreach (var layer in layers.EnumerateArray())
            yield return layer;
    }

    private static async Task<DateTimeOffset?> CreatedAsync(Session session, JsonElement manifest, CancellationToken cancellation)
    {
        if (!manifest.TryGetProperty("config", out var config)
            || await session.GetAsync($"blobs/{config.GetProperty("digest").GetString()}", [], cancellation) is not { } blob)
        {
            return null;
        }

        return blob.Json.TryGetProperty("created", out var created)
            && DateTimeOffset.TryParse(created.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : null;
    }

    private static ArchiveException Refused(string reference, string host, string what, Exception? inner = null) =>
        new("RegistryRefused", ErrorCategory.InvalidOperation, reference, $"The registry {host}, asked for {reference}, {what}", inner);

    /// <summary>Questions about one repository: what authorizes the first serves the others.</summary>
    private sealed class Session(HttpClient http, ImageReference image, string reference)
    {
        private AuthenticationHeaderValue? _authorization;

        public async Task<Answer?> GetAsync(string path, string[] types, CancellationToken cancellation)
        {
            var response = await SendAsync(path, types, cancellation);
            try
            {
                if (response.StatusCode is HttpStatusCode.Unauthorized && _authorization is null)
                {
                    _authorization = await AuthorizeAsync(response.Headers.WwwAuthenticate, cancellation);
                    response.Dispose();
                    response = await SendAsync(path, types, cancellation);
                }

                // A registry does not tell what is missing from what is hidden.
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                    return null;
                if (!response.IsSuccessStatusCode)
                    throw Refused(reference, image.Host, $"says {(int)response.StatusCode} {response.ReasonPhrase}; try again later.");
                var body = await response.Content.ReadAsByteArrayAsync(cancellation);
                var digest = response.Headers.TryGetValues("Docker-Content-Digest", out var given)
                    ? given.First()
                    : $"sha256:{Convert.ToHexString(SHA256.HashData(body)).ToLowerInvariant()}";
                using var document = JsonDocument.Parse(body);
                return new Answer(digest, document.RootElement.Clone());
            }
            finally
            {
                response.Dispose();
            }
        }

        private async Task<HttpResponseMessage> SendAsync(string path, string[] types, CancellationToken cancellation)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(image.Api, $"{image.Repository}/{path}"));
            request.Headers.Authorization = _authorization;
            foreach (var type in types)
                request.Headers.Accept.ParseAdd(type);
            return await http.SendAsync(request, cancellation);
        }

        private async Task<AuthenticationHeaderValue?> AuthorizeAsync(
            HttpHeaderValueCollection<AuthenticationHeaderValue> challenges, CancellationToken cancellation)
        {
            var login = await RegistryLogin.FindAsync(image, cancellation);
            var bearer = challenges.FirstOrDefault(c => c.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
            if (bearer is null)
                return login is { IsToken: false } ? Basic(login) : null;
            var parameters = Pair().Matches(bearer.Parameter ?? "").ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
            if (!Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm))
                throw Refused(reference, image.Host, $"wants a token, but does not say from where ({bearer}).");
            return await TokenAsync(realm, parameters.GetValueOrDefault("service") ?? "", login, cancellation) is { } token
                ? new AuthenticationHeaderValue("Bearer", token)
                : null;
        }

        private async Task<string?> TokenAsync(Uri realm, string service, RegistryLogin? login, CancellationToken cancellation)
        {
            var scope = $"repository:{image.Repository}:pull";
            using var request = login is { IsToken: true }
                ? new HttpRequestMessage(HttpMethod.Post, realm)
                {
                    Content = new FormUrlEncodedContent(new Dictionary<string, string>
                    {
                        ["grant_type"] = "refresh_token",
                        ["refresh_token"] = login.Secret,
                        ["client_id"] = "dockerarchive",
                        ["service"] = service,
                        ["scope"] = scope,
                    }),
                }
                : new HttpRequestMessage(
                    HttpMethod.Get, new UriBuilder(realm) { Query = $"service={Uri.EscapeDataString(service)}&scope={Uri.EscapeDataString(scope)}" }.Uri)
                {
                    Headers = { Authorization = login is null ? null : Basic(login) },
                };
            using var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
            {
                throw new ArchiveException(
                    "RegistryLoginRefused",
                    ErrorCategory.AuthenticationError,
                    reference,
                    $"{realm.Host} refuses {(login is null ? "to answer without a login" : $"the login for {image.Registry}")}; docker login {image.Registry}");
            }

            if (!response.IsSuccessStatusCode)
                throw Refused(reference, realm.Host, $"says {(int)response.StatusCode} {response.ReasonPhrase}; try again later.");
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            return answer.TryGetProperty("token", out var token) || answer.TryGetProperty("access_token", out token) ? token.GetString() : null;
        }

        private static AuthenticationHeaderValue Basic(RegistryLogin login) =>
            new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));
    }

    private sealed record Answer(string Digest, JsonElement Json);

    [GeneratedRegex(@"(\w+)=""([^""]*)""")]
    private static partial Regex Pair();
}
