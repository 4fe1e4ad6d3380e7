using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>A login that <c>docker login</c> has left: in <c>config.json</c>, or with a credential helper.</summary>
/// <param name="User">Empty where <paramref name="Secret"/> is a token for a token server.</param>
/// <param name="Secret">Password or token.</param>
internal sealed record RegistryLogin(string User, string Secret)
{
    /// <summary>What helpers give as the user of a token.</summary>
    private const string TokenUser = "<token>";

    public bool IsToken => User.Length == 0;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static string ConfigFile =>
        Path.Combine(DockerContexts.DirectoryFrom(Environment.GetEnvironmentVariable), "config.json");

    /// <summary>The login as an engine takes it, which then goes to the registry with it.</summary>
    public AuthConfig ToAuthConfig() =>
        IsToken ? new AuthConfig { IdentityToken = Secret } : new AuthConfig { Username = User, Password = Secret };

    /// <summary>The login for a registry, or null.</summary>
    /// <exception cref="ArchiveException">Docker's configuration cannot be read.</exception>
    public static async Task<RegistryLogin?> FindAsync(ImageReference image, CancellationToken cancellation)
    {
        var file = ConfigFile;
        if (!File.Exists(file))
            return null;
        try
        {
            await using var stream = File.OpenRead(file);
            var config = await JsonSerializer.DeserializeAsync<Config>(stream, Json, cancellation);
            foreach (var key in image.CredentialKeys)
            {
                var helper = config?.CredHelpers?.GetValueOrDefault(key) ?? config?.CredsStore;
                if (helper is { Length: > 0 } && await AskAsync(helper, key, cancellation) is { } kept)
                    return kept;
                if (config?.Auths?.GetValueOrDefault(key) is { } entry && Of(entry) is { } login)
                    return login;
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "DockerConfigUnreadable", ErrorCategory.InvalidData, file, $"The logins in {file} cannot be read: {e.Message} docker login writes the file anew.", e);
        }
    }

    /// <summary>The registries for which Docker's configuration has a login of their own; none where it cannot be read.</summary>
    public static IReadOnlyList<string> Registries()
    {
        try
        {
            var config = JsonSerializer.Deserialize<Config>(File.ReadAllText(ConfigFile), Json);
            return
            [
                .. new[] { config?.Auths?.Keys.ToArray(), config?.CredHelpers?.Keys.ToArray() }
                    .SelectMany(keys => keys ?? [])
                    .Select(key => key.Split("://")[^1].Split('/')[0])
                    .Select(host => ImageReference.Parse($"{host}/any").Registry)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static RegistryLogin? Of(Entry entry)
    {
        if (entry.IdentityToken is { Length: > 0 } token)
            return new RegistryLogin("", token);
        if (entry.Auth is not { Length: > 0 } auth)
            return null;
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(auth));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : new RegistryLogin(text[..colon], text[(colon + 1)..].TrimEnd('\0'));
    }

    /// <summary>Asks <c>docker-credential-NAME</c>. One that has no login says so by its exit code; one that is not there has none either.</summary>
    private static async Task<RegistryLogin?> AskAsync(string helper, string key, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo($"docker-credential-{helper}", ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await process.StandardInput.WriteAsync(key.AsMemory(), cancellation);
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellation);
            await error;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                return null;
            var kept = JsonSerializer.Deserialize<Kept>(answer);
            return kept?.Secret is not { Length: > 0 } ? null : new RegistryLogin(kept.Username is TokenUser or null ? "" : kept.Username, kept.Secret);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private sealed record Config(
        Dictionary<string, Entry>? Auths, Dictionary<string, string>? CredHelpers, string? CredsStore);

    private sealed record Entry(string? Auth, [property: JsonPropertyName("identitytoken")] string? IdentityToken);

    private sealed record Kept(string? Username, string? Secret);
}
