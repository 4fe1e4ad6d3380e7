using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads the networks and volumes at the top of a merged compose file.</summary>
/// <param name="project">Project name, with which the names of its own begin.</param>
/// <param name="directoryOf">Gives the directory that relative paths of a file start from.</param>
internal sealed class ComposeResourceReader(string project, Func<string, string> directoryOf)
{
    public ComposeNetwork ReadNetwork(string key, ComposeNode? node)
    {
        var network = new ComposeNetwork { Name = "" };
        foreach (var part in Parts(node, $"network '{key}'"))
        {
            network = part.Key switch
            {
                "name" => network with { Name = part.Value.Text() },
                "external" => WithExternal(part.Value) is var (external, name)
                    ? network with { External = external, Name = name ?? network.Name }
                    : network,
                "driver" => network with { Driver = part.Value.Text() },
                "driver_opts" => network with { DriverOptions = Options(part.Value) },
                "internal" => network with { Internal = part.Value.Bool() },
                "attachable" => network with { Attachable = part.Value.Bool() },
                "enable_ipv6" => network with { EnableIpv6 = part.Value.Bool() },
                "labels" => network with { Labels = part.Value.Labels() },
                "ipam" => part.Value.Entries("'ipam'").Aggregate(network, WithAddressing),
                _ when part.IsExtension() => network,
                _ => throw part.Unknown($"in network '{key}'"),
            };
        }

        return network.Name.Length > 0 ? network : network with { Name = NameOf(key, network.External) };
    }

    public ComposeVolume ReadVolume(string key, ComposeNode? node)
    {
        var volume = new ComposeVolume { Name = "" };
        foreach (var part in Parts(node, $"volume '{key}'"))
        {
            volume = part.Key switch
            {
                "name" => volume with { Name = part.Value.Text() },
                "external" => WithExternal(part.Value) is var (external, name)
                    ? volume with { External = external, Name = name ?? volume.Name }
                    : volume,
                "driver" => volume with { Driver = part.Value.Text() },
                "driver_opts" => volume with { DriverOptions = Options(part.Value) },
                "labels" => volume with { Labels = part.Value.Labels() },
                _ when part.IsExtension() => volume,
                _ => throw part.Unknown($"in volume '{key}'"),
            };
        }

        if (volume.External && ((ComposeMapping)node!).Entries.FirstOrDefault(e => e.Key is not ("name" or "external") && !e.IsExtension()) is { } other)
            throw other.Broken($"'{other.Key}' cannot stand beside 'external'");
        if (volume is { Driver: "local" } && volume.DriverOptions.TryGetValue("device", out var device)
            && volume.DriverOptions.GetValueOrDefault("o") == "bind")
        {
            volume = volume with
            {
                DriverOptions = new Dictionary<string, string>(volume.DriverOptions)
                {
                    ["device"] = ComposePaths.Resolve(directoryOf(node!.File), device),
                },
            };
        }

        return volume.Name.Length > 0 ? volume : volume with { Name = NameOf(key, volume.External) };
    }

    private string NameOf(string key, bool external) => external ? key : $"{project}_{key}";

    private static IReadOnlyList<ComposeEntry> Parts(ComposeNode? node, string what) =>
        node is null or ComposeScalar { IsNull: true } ? [] : node.Entries(what);

    private static (bool External, string? Name) WithExternal(ComposeNode node)
    {
        if (node is not ComposeMapping mapping)
            return (node.Bool(), null);
        if (mapping.Entries.FirstOrDefault(e => e.Key != "name") is { } unknown)
            throw unknown.Unknown("in 'external'");
        return (true, mapping["name"]?.Text());
    }

    private static Dictionary<string, string> Options(ComposeNode node) =>
        node.Entries("'driver_opts'").ToDictionary(e => e.Key, e => e.Value.TextOrNumber(), StringComparer.Ordinal);

    private static ComposeNetwork WithAddressing(ComposeNetwork network, ComposeEntry part) => part.Key switch
    {
        "driver" => network with { AddressDriver = part.Value.Text() },
        "config" => network with { Pools = [.. part.Value.Items().Select(ReadPool)] },
        _ when part.IsExtension() => network,
        _ => throw part.Unknown("in 'ipam'"),
    };

    private static ComposeAddressPool ReadPool(ComposeNode node)
    {
        var pool = new ComposeAddressPool(null, null, null);
        foreach (var part in node.Entries("an address pool"))
        {
            pool = part.Key switch
            {
                "subnet" => pool with { Subnet = part.Value.Text() },
                "gateway" => pool with { Gateway = part.Value.Text() },
                "ip_range" => pool with { Range = part.Value.Text() },
                _ when part.IsExtension() => pool,
                _ => throw part.Unknown("of an address pool"),
            };
        }

        return pool;
    }
}
