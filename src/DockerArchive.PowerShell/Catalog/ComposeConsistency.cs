using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>What must hold between the parts of a project.</summary>
internal static class ComposeConsistency
{
    /// <exception cref="BrokenEnvironmentException">A service lacks an image, or names something that the project does not have.</exception>
    public static void Check(
        ComposeEntry entry,
        ComposeService service,
        IReadOnlyList<ComposeService> services,
        IReadOnlyDictionary<string, ComposeNetwork> networks,
        IReadOnlyDictionary<string, ComposeVolume> volumes)
    {
        if (service.Image is null && service.Build is null)
            throw entry.Broken($"service '{service.Name}' has neither 'image' nor 'build'");
        if (service.Networks.Keys.FirstOrDefault(n => !networks.ContainsKey(n)) is { } network)
            throw At(entry, "networks").Broken($"service '{service.Name}' uses network '{network}', which is not defined");
        if (service.NamedVolumes.FirstOrDefault(v => !volumes.ContainsKey(v)) is { } volume)
            throw At(entry, "volumes").Broken($"service '{service.Name}' uses volume '{volume}', which is not defined");
        if (service.DependsOn.FirstOrDefault(d => services.All(s => s.Name != d.Service)) is { } dependency)
            throw At(entry, "depends_on").Broken($"service '{service.Name}' depends on '{dependency.Service}', which is not defined");
        if (Cycle(service, services, []) is { } cycle)
            throw At(entry, "depends_on").Broken($"services depend on each other: {string.Join(" -> ", cycle)}");
    }

    private static ComposeEntry At(ComposeEntry service, string key) =>
        ((ComposeMapping)service.Value).Entries.FirstOrDefault(e => e.Key == key) ?? service;

    private static IReadOnlyList<string>? Cycle(ComposeService service, IReadOnlyList<ComposeService> services, IReadOnlyList<string> chain)
    {
        if (chain.Contains(service.Name))
            return [.. chain, service.Name];
        return service.DependsOn
            .Select(d => services.FirstOrDefault(s => s.Name == d.Service))
            .OfType<ComposeService>()
            .Select(s => Cycle(s, services, [.. chain, service.Name]))
            .FirstOrDefault(c => c is not null);
    }
}
