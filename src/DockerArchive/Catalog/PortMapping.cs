using System.Globalization;

namespace DockerArchive.Catalog;

/// <summary>A published port in compose's short syntax, <c>[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]</c>.</summary>
/// <param name="Address">Address on the Docker host, or null where the file gives none.</param>
/// <param name="HostPort">Port on the Docker host, or null to let Docker choose.</param>
/// <param name="ContainerPort">Port in the container, 1 to 65535.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
internal sealed record PortMapping(string? Address, int? HostPort, int ContainerPort, string Protocol)
{
    /// <exception cref="FormatException">The text is no mapping of single ports.</exception>
    public static PortMapping Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        var rest = slash < 0 ? text : text[..slash];

        var lastColon = rest.LastIndexOf(':');
        var container = Port(rest[(lastColon + 1)..], text);
        if (lastColon < 0)
            return new PortMapping(null, null, container, protocol);

        rest = rest[..lastColon];
        var addressEnd = rest.LastIndexOf(':');
        var host = rest[(addressEnd + 1)..];
        var address = addressEnd < 0 ? null : rest[..addressEnd].Trim('[', ']');
        return new PortMapping(address, host.Length == 0 ? null : Port(host, text), container, protocol);
    }

    /// <summary>The mapping in compose's short syntax.</summary>
    public override string ToString() =>
        $"{(Address is null ? "" : Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:" : $"{Address}:")}"
        + (Address is null && HostPort is null ? "" : $"{HostPort}:") + ContainerPort + (Protocol == "tcp" ? "" : $"/{Protocol}");

    private static int Port(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw new FormatException($"'{whole}' is no port mapping of the form [[address:]host:]container[/protocol]");
}
