using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads <c>devices</c> of a service, in the short and the long form.</summary>
internal static class ComposeDeviceReader
{
    /// <summary>The devices; a later one takes the place of an earlier one with the same target.</summary>
    public static IReadOnlyList<ComposeDevice> Read(ComposeNode node)
    {
        var devices = new List<ComposeDevice>();
        foreach (var item in node.Items())
        {
            var device = item is ComposeMapping mapping ? ReadLong(mapping) : ReadShort(item);
            var index = devices.FindIndex(d => d.Target == device.Target);
            if (index < 0)
                devices.Add(device);
            else
                devices[index] = device;
        }

        return devices;
    }

    /// <summary><c>SOURCE[:TARGET[:PERMISSIONS]]</c></summary>
    private static ComposeDevice ReadShort(ComposeNode node) => node.Text().Split(':') switch
    {
        [{ Length: > 0 } source] => new ComposeDevice(source, source, "rwm"),
        [var source, { Length: > 0 } target] => new ComposeDevice(source, target, "rwm"),
        [var source, { Length: > 0 } target, var permissions] => new ComposeDevice(source, target, permissions),
        _ => throw node.Broken($"'{node.Text()}' is no device of the form source[:target[:permissions]]"),
    };

    private static ComposeDevice ReadLong(ComposeMapping mapping)
    {
        var (source, target, permissions) = ((string?)null, (string?)null, "");
        foreach (var part in mapping.Entries)
        {
            switch (part.Key)
            {
                case "source":
                    source = part.Value.Text();
                    break;
                case "target":
                    target = part.Value.Text();
                    break;
                case "permissions":
                    permissions = part.Value.Text();
                    break;
                case var _ when part.IsExtension():
                    break;
                default:
                    throw part.Unknown("of a device");
            }
        }

        return source is null || target is null
            ? throw mapping.Broken("a device in the long form needs 'source' and 'target'")
            : new ComposeDevice(source, target, permissions);
    }
}
