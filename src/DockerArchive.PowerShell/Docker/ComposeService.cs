using DockerArchive.Catalog;

namespace DockerArchive.Docker;

/// <summary>One service of a compose project, after interpolation and merging: what the engine needs to make its container.</summary>
internal sealed record ComposeService
{
    public required string Name { get; init; }

    public string? Image { get; init; }

    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    /// <summary>Device mappings as <c>host[:container[:permissions]]</c>.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    public bool Tty { get; init; }

    public bool StdinOpen { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Null keeps the image's own.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    public string? Hostname { get; init; }

    public bool Privileged { get; init; }

    public IReadOnlyList<string> CapAdd { get; init; } = [];

    public IReadOnlyList<string> SecurityOpt { get; init; } = [];

    public string? Restart { get; init; }

    /// <summary>The networks it is attached to, by their keys in the project, in the file's order.</summary>
    public IReadOnlyDictionary<string, ComposeAttachment> Networks { get; init; } =
        new Dictionary<string, ComposeAttachment> { ["default"] = new() };

    public IReadOnlyList<ComposeMount> Mounts { get; init; } = [];

    public ComposeHealthcheck? Healthcheck { get; init; }

    public IReadOnlyList<ServiceDependency> DependsOn { get; init; } = [];

    /// <summary>Compose's rule for several files: sequences add, mappings merge, everything else is replaced.</summary>
    public ComposeService MergedWith(ComposeService overlay)
    {
        var environment = new Dictionary<string, string?>(Environment, StringComparer.Ordinal);
        foreach (var (key, value) in overlay.Environment)
            environment[key] = value;

        return this with
        {
            Image = overlay.Image ?? Image,
            Ports = [.. Ports.Concat(overlay.Ports).Distinct()],
            Devices = [.. Devices.Concat(overlay.Devices).Distinct(StringComparer.Ordinal)],
            Tty = overlay.Tty || Tty,
            StdinOpen = overlay.StdinOpen || StdinOpen,
            Environment = environment,
            Command = overlay.Command ?? Command,
            Entrypoint = overlay.Entrypoint ?? Entrypoint,
            Hostname = overlay.Hostname ?? Hostname,
            Privileged = overlay.Privileged || Privileged,
            CapAdd = [.. CapAdd.Concat(overlay.CapAdd).Distinct(StringComparer.Ordinal)],
            SecurityOpt = [.. SecurityOpt.Concat(overlay.SecurityOpt).Distinct(StringComparer.Ordinal)],
            Restart = overlay.Restart ?? Restart,
        };
    }
}
