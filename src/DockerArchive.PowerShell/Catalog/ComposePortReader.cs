namespace DockerArchive.Catalog;

/// <summary>Reads <c>ports</c> of a service, in the short and the long form.</summary>
internal static class ComposePortReader
{
    /// <summary>The ports; a later one takes the place of an earlier one that is the same.</summary>
    public static IReadOnlyList<PortMapping> Read(ComposeNode node)
    {
        var ports = new List<PortMapping>();
        foreach (var port in node.Items().SelectMany(ReadEntry))
        {
            var index = ports.FindIndex(p => Key(p) == Key(port));
            if (index < 0)
                ports.Add(port);
            else
                ports[index] = port;
        }

        return ports;
    }

    private static PortMapping Key(PortMapping port) => port with { Address = port.Address ?? "0.0.0.0" };

    private static IEnumerable<PortMapping> ReadEntry(ComposeNode node)
    {
        try
        {
            return node is ComposeMapping mapping ? [ReadLong(mapping)] : PortMapping.Parse(node.TextOrNumber());
        }
        catch (FormatException e)
        {
            throw node.Broken(e.Message, e);
        }
    }

    private static PortMapping ReadLong(ComposeMapping mapping)
    {
        var (address, target, protocol) = ((string?)null, 0, "tcp");
        (int First, int? Last)? published = null;
        foreach (var part in mapping.Entries)
        {
            switch (part.Key)
            {
                case "target":
                    target = part.Value.Integer();
                    break;
                case "published":
                    published = PortMapping.ParseRange(part.Value.TextOrNumber());
                    break;
                case "host_ip":
                    address = part.Value.Text();
                    break;
                case "protocol":
                    protocol = part.Value.Text();
                    break;
                case "name" or "mode" or "app_protocol":
                    // For swarms and for whoever reads the file; one engine has no use for them.
                    _ = part.Value.Text();
                    break;
                case var _ when part.IsExtension():
                    break;
                default:
                    throw part.Unknown("of a port");
            }
        }

        return target is >= 1 and <= 65535
            ? new PortMapping(address, published?.First, target, protocol, published?.Last)
            : throw mapping.Broken("a port needs a 'target' from 1 to 65535");
    }
}
