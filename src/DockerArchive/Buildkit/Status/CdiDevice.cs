namespace DockerArchive.Buildkit;

/// <summary>
/// A device of the Container Device Interface (CDI) that steps can ask a worker for, from <c>buildctl debug workers</c>
/// of v0.20 and later, with <c>-v</c> or as JSON.
/// </summary>
public sealed record CdiDevice
{
    /// <summary>Its full name: <c>vendor.com/gpu=0</c>; only the kind, <c>vendor.com/gpu</c>, of one on demand.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Whether steps may use it without an entitlement; null for a device on demand from <c>-v</c>, which does not say
    /// it.
    /// </summary>
    public bool? AutoAllow { get; init; }

    /// <summary>Whether it is not there yet, and BuildKit sets it up when a step asks for it.</summary>
    public bool OnDemand { get; init; }

    /// <summary>Annotations of the device by name.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>().AsReadOnly();
}
