using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DockerArchive.Catalog;

/// <summary>A published port in compose's short syntax, <c>[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]</c>.</summary>
/// <param name="Address">Address on the Docker host, or null where the file gives none.</param>
/// <param name="HostPort">Port on the Docker host, or null to let Docker choose.</param>
/// <param name="ContainerPort">Port in the container, 1 to 65535.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="LastHostPort">End of the range from <paramref name="HostPort"/> on in which Docker chooses; null for the one port.</param>
internal sealed record PortMapping(string? Address, int? HostPort, int ContainerPort, string Protocol, int? LastHostPort = null)
{
    /// <summary>Reads one or, where the text has ranges, several mappings, in the order in which compose has them.</summary>
    /// <exception cref="FormatException">The text is no mapping.</exception>
    public static IReadOnlyList<PortMapping> Parse(string text)
    {
        var lastColon = text.LastIndexOf(':');
        var (container, protocol) = text[(lastColon + 1)..].Split('/') is [var port, { Length: > 0 } name, ..]
            ? (port, name.ToLowerInvariant())
            : (text[(lastColon + 1)..].TrimEnd('/'), "tcp");
        if (protocol is not ("tcp" or "udp" or "sctp"))
            throw Malformed(text);

        var (first, last) = Range(container, text);
        if (first == 0)
            throw Malformed(text);
        var (address, host) = lastColon < 0 ? (null, "") : AddressAndHost(text[..lastColon], text);
        var (firstHost, lastHost) = host.Length == 0 ? ((int?)null, (int?)null) : Range(host, text);
        if (first == last)
            return [new PortMapping(address, firstHost, first, protocol, lastHost == firstHost ? null : lastHost)];
        if (firstHost is not null && lastHost - firstHost != last - first)
            throw new FormatException($"the ranges of '{text}' are not of the same length");
        return
        [
            .. Enumerable.Range(0, last - first + 1)
                .Select(i => new PortMapping(address, firstHost + i, first + i, protocol))
                .OrderBy(p => p.ContainerPort.ToString(CultureInfo.InvariantCulture) + "/", StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads <c>PORT</c> or <c>FIRST-LAST</c>, as the long syntax has it.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static (int First, int? Last) ParseRange(string text)
    {
        var (first, last) = Range(text, text);
        return (first, last == first ? null : last);
    }

    /// <summary>The mapping in compose's short syntax.</summary>
    public override string ToString() =>
        $"{(Address is null ? "" : Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:" : $"{Address}:")}"
        + (Address is null && HostPort is null ? "" : $"{HostPort}{(LastHostPort is null ? "" : $"-{LastHostPort}")}:")
        + ContainerPort + (Protocol == "tcp" ? "" : $"/{Protocol}");

    private static (string? Address, string Host) AddressAndHost(string text, string whole)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return (null, text);
        var address = text[..colon];
        if (address is ['[', .., ']'])
            address = address[1..^1];
        return address.Length == 0
            ? (null, text[(colon + 1)..])
            : IPAddress.TryParse(address, out var parsed) && (parsed.AddressFamily is AddressFamily.InterNetworkV6 || parsed.ToString() == address)
                ? (address, text[(colon + 1)..])
                : throw new FormatException($"'{address}' in '{whole}' is no IP address");
    }

    private static (int First, int Last) Range(string text, string whole)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = Port(dash < 0 ? text : text[..dash], whole);
        var last = dash < 0 ? first : Port(text[(dash + 1)..], whole);
        return last >= first ? (first, last) : throw new FormatException($"the range '{text}' in '{whole}' ends before it begins");
    }

    private static int Port(string text, string whole) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : throw Malformed(whole);

    private static FormatException Malformed(string text) =>
        new($"'{text}' is no port mapping of the form [[address:]host:]container[/protocol]");
}
