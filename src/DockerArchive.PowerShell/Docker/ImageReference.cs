using System.Net;

namespace DockerArchive.Docker;

/// <summary>Where an image's name leads: the rules are Docker's.</summary>
/// <param name="Host">Host, and port where the name has one, of the registry's API.</param>
/// <param name="Repository">Such as <c>library/ubuntu</c>.</param>
/// <param name="Tag">A tag, or a digest.</param>
internal sealed record ImageReference(string Host, string Repository, string Tag)
{
    /// <summary>Docker Hub's name in <c>config.json</c>.</summary>
    private const string HubKey = "https://index.docker.io/v1/";

    private const string Hub = "registry-1.docker.io";

    public static ImageReference Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var hasHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        var (host, rest) = hasHost ? (first, text[(slash + 1)..]) : ("docker.io", text);
        var (path, tag) = rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0
            ? (WithoutTag(rest[..at]).Path, rest[(at + 1)..])
            : WithoutTag(rest);
        return host is "docker.io" or "index.docker.io"
            ? new ImageReference(Hub, path.Contains('/', StringComparison.Ordinal) ? path : $"library/{path}", tag)
            : new ImageReference(host, path, tag);

        static (string Path, string Tag) WithoutTag(string rest) =>
            rest.LastIndexOf(':') is var colon and >= 0 ? (rest[..colon], rest[(colon + 1)..]) : (rest, "latest");
    }

    /// <summary>The registry's name as <c>docker login</c> takes it.</summary>
    public string Registry => Host == Hub ? "docker.io" : Host;

    /// <summary>The names under which Docker's <c>config.json</c> may have the login.</summary>
    public IReadOnlyList<string> CredentialKeys =>
        Host == Hub ? [HubKey, "index.docker.io", "docker.io", Hub] : [Host, $"https://{Host}", $"http://{Host}", $"https://{Host}/v1/", $"https://{Host}/v2/"];

    /// <summary>Root of the registry's API. As with Docker, only one on loopback is spoken to without TLS.</summary>
    public Uri Api => new($"{(IsLoopback ? "http" : "https")}://{Host}/v2/");

    private bool IsLoopback
    {
        get
        {
            var name = new Uri($"http://{Host}").DnsSafeHost;
            return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
        }
    }
}
