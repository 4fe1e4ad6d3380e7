namespace DockerArchive.Buildkit;

/// <summary>A worker of the daemon, as <c>buildctl debug workers</c> prints it.</summary>
public sealed record BuildkitWorker
{
    /// <summary>Name of the environment; null for this machine, and for text.</summary>
    public string? Environment { get; init; }

    /// <summary>The worker's id, 25 letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Platforms it builds for: <c>linux/amd64</c>, <c>linux/386</c>.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>Version of the daemon it belongs to (v0.11 and later, with <c>-v</c> or as JSON).</summary>
    public DaemonVersion? Buildkit { get; init; }

    /// <summary>Version of the built-in Dockerfile frontend (v0.30 and later, with <c>-v</c> or as JSON).</summary>
    public string? Dockerfile { get; init; }

    /// <summary>Labels by name, such as <c>org.mobyproject.buildkit.worker.executor</c> (with <c>-v</c> or as JSON).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>().AsReadOnly();

    /// <summary>Devices that steps can ask for (v0.20 and later, with <c>-v</c> or as JSON).</summary>
    public IReadOnlyList<CdiDevice> CdiDevices { get; init; } = [];

    /// <summary>Rules of the cache's garbage collection, in the order they are applied (with <c>-v</c> or as JSON).</summary>
    public IReadOnlyList<BuildkitGcRule> GcPolicy { get; init; } = [];

    /// <summary>What runs the steps: <c>oci</c> or <c>containerd</c>; from the labels.</summary>
    public string? Executor => Labels.GetValueOrDefault("org.mobyproject.buildkit.worker.executor");

    /// <summary>How layers are stored: <c>overlayfs</c>, <c>native</c>; from the labels.</summary>
    public string? Snapshotter => Labels.GetValueOrDefault("org.mobyproject.buildkit.worker.snapshotter");
}
