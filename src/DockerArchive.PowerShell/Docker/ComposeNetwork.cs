namespace DockerArchive.Docker;

/// <summary>A network of a compose project.</summary>
internal sealed record ComposeNetwork
{
    /// <summary>Its name in the engine, such as <c>buildkit-0-4-0_default</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether somebody else makes and removes it.</summary>
    public bool External { get; init; }

    /// <summary>Null takes the engine's default.</summary>
    public string? Driver { get; init; }

    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public bool Internal { get; init; }

    public bool Attachable { get; init; }

    public bool EnableIpv6 { get; init; }

    /// <summary>Driver that gives out addresses; null takes the engine's default.</summary>
    public string? AddressDriver { get; init; }

    /// <summary>Address pools; empty leaves them to the engine.</summary>
    public IReadOnlyList<ComposeAddressPool> Pools { get; init; } = [];
}

/// <summary>An address pool of a network (<c>ipam.config</c>).</summary>
internal sealed record ComposeAddressPool(string? Subnet, string? Gateway, string? Range);

/// <summary>How a service is attached to a network.</summary>
internal sealed record ComposeAttachment
{
    /// <summary>Names beside the service's own by which it is found there.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public string? Ipv4Address { get; init; }

    public string? Ipv6Address { get; init; }

    public IReadOnlyList<string> LinkLocalAddresses { get; init; } = [];

    public string? MacAddress { get; init; }

    /// <summary>The network of the highest priority gets the container's default route.</summary>
    public int Priority { get; init; }

    /// <summary>Whether the file says more than the network's name, even if nothing.</summary>
    public bool IsConfigured { get; init; }
}
