using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DockerArchive.Docker;

/// <summary>The contexts that <c>docker context</c> has made, read from its files.</summary>
/// <param name="directory">Directory of docker's configuration.</param>
internal sealed class DockerContexts(string directory)
{
    /// <summary>The context that is no file, but what <c>DOCKER_HOST</c> or the platform says.</summary>
    public const string Default = "default";

    public string ConfigFile => Path.Join(directory, "config.json");

    private string Metadata => Path.Join(directory, "contexts", "meta");

    /// <summary>Where docker's configuration is.</summary>
    public static string DirectoryFrom(Func<string, string?> variable) =>
        variable("DOCKER_CONFIG") is { Length: > 0 } configured
            ? configured
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");

    /// <summary>Name of the context that <c>docker context use</c> has chosen; null for none.</summary>
    public string? Current =>
        File.Exists(ConfigFile)
        && Read(ConfigFile, root => Text(root, "currentContext")) is { Length: > 0 } name
        && name != Default
            ? name
            : null;

    /// <summary>Names of all contexts but the default. Those that cannot be read are left out.</summary>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [];
        foreach (var file in Directory.Exists(Metadata) ? Directory.EnumerateFiles(Metadata, "meta.json", SearchOption.AllDirectories) : [])
        {
            try
            {
                if (Read(file, root => Text(root, "Name")) is { Length: > 0 } name)
                    names.Add(name);
            }
            catch (ArchiveException)
            {
                // Whoever names it is told.
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The engine of a context.</summary>
    /// <param name="name">Name of the context.</param>
    /// <param name="source">What names it.</param>
    /// <exception cref="ArchiveException">There is no such context, or it cannot be read.</exception>
    public DockerEndpoint Find(string name, string source)
    {
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))).ToLowerInvariant();
        var file = Path.Join(Metadata, id, "meta.json");
        if (!File.Exists(file))
        {
            throw new ArchiveException(
                "DockerContextNotFound",
                ErrorCategory.ObjectNotFound,
                name,
                $"There is no Docker context '{name}' ({source}) in {directory}. There are: {string.Join(", ", Names().Prepend(Default))}. Make one with "
                + "`docker context create`, or name the engine by its URL, as ssh://user@host.");
        }

        var (host, skipsVerification) = Read(file, root =>
        {
            var docker = root.GetProperty("Endpoints").GetProperty("docker");
            return (Text(docker, "Host") ?? "", docker.TryGetProperty("SkipTLSVerify", out var skip) && skip.ValueKind is JsonValueKind.True);
        });
        var certificates = Path.Join(directory, "contexts", "tls", id, "docker");
        var tls = skipsVerification || Directory.Exists(certificates) ? DockerTls.In(certificates, !skipsVerification) : null;
        return DockerEndpoint.Of(name, host, tls, source);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static T Read<T>(string file, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ArchiveException(
                "DockerHostInvalid",
                ErrorCategory.InvalidData,
                file,
                $"Docker's file {file} cannot be read ({e.Message.TrimEnd('.')}). Mend it, or name the engine by its URL with -DockerHost.",
                e);
        }
    }
}
