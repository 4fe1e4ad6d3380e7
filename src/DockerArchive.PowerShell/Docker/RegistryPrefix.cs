using System.Management.Automation;
using System.Text.RegularExpressions;

namespace DockerArchive.Docker;

/// <summary>Where in a registry images are put: under the repositories' own names, or those in a namespace.</summary>
/// <param name="Host">The registry.</param>
/// <param name="Namespace">What stands in place of the repositories' own namespaces; empty to keep these.</param>
internal sealed partial record RegistryPrefix(string Host, string Namespace)
{
    /// <exception cref="ArchiveException">It is none.</exception>
    public static RegistryPrefix Parse(string text)
    {
        var parts = Form().Match(text);
        return parts.Success
            ? new RegistryPrefix(parts.Groups["host"].Value is { Length: > 0 } host ? host : "docker.io", parts.Groups["namespace"].Value)
            : throw new ArchiveException(
                "RegistryInvalid",
                ErrorCategory.InvalidArgument,
                text,
                $"'{text}' is no registry (-Registry): give a host, with a port and a namespace if there are any, such as localhost:5000 or ghcr.io/me.");
    }

    /// <summary>The name that an image has there.</summary>
    public string Of(string reference)
    {
        var image = ImageReference.Parse(reference);
        var repository = Namespace.Length == 0 ? image.Repository : $"{Namespace}/{image.Repository[(image.Repository.LastIndexOf('/') + 1)..]}";
        return $"{Host}/{repository}:{image.Tag}";
    }

    // As with Docker, a first part without dot and port is a namespace of Docker Hub.
    [GeneratedRegex(@"^((?<host>(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:))(:[0-9]+)?)(/|$))?(?<namespace>([a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*)?)/?$")]
    private static partial Regex Form();
}
