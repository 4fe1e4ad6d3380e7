using System.Text.Json;

namespace DockerArchive.Buildkit;

/// <summary>
/// Reads a worker of <c>buildctl debug workers --format '{{json .}}'</c>. A size or duration of 0 means none, as that
/// is what <c>-v</c> does not print.
/// </summary>
internal static class WorkerJson
{
    public static BuildkitWorker? Read(JsonElement json) => json.Text("id") is { } id
        ? new BuildkitWorker
        {
            Id = id,
            Platforms = [.. json.Objects("platforms").Select(Platform)],
            Buildkit = json.Object("buildkitVersion") is { } version ? Version(version) : null,
            Dockerfile = json.Object("buildkitVersion")?.Text("dockerfileVersion"),
            Labels = json.Dictionary("labels"),
            CdiDevices = [.. json.Objects("cdiDevices").Select(Device).OfType<CdiDevice>()],
            GcPolicy = [.. json.Objects("gcPolicy").Select(Rule)],
        }
        : null;

    private static string Platform(JsonElement json) =>
        string.Join('/', new[] { json.Text("os"), json.Text("architecture"), json.Text("variant") }.OfType<string>());

    private static DaemonVersion? Version(JsonElement json) => json.Text("version") is { } version
        ? new DaemonVersion { Package = json.Text("package"), Version = version, Revision = json.Text("revision") }
        : null;

    private static CdiDevice? Device(JsonElement json) => json.Text("name") is { } name
        ? new CdiDevice
        {
            Name = name,
            AutoAllow = json.Flag("autoAllow"),
            OnDemand = json.Flag("onDemand") == true,
            Annotations = json.Dictionary("annotations"),
        }
        : null;

    private static BuildkitGcRule Rule(JsonElement json) => new()
    {
        All = json.Flag("all") == true,
        Filters = json.Texts("filter"),
        KeepDuration = Positive(json, "keepDuration") is { } nanoseconds
            ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
            : null,
        KeepBytes = Positive(json, "keepBytes"),
        ReservedSpace = Positive(json, "reservedSpace"),
        MinimumFreeSpace = Positive(json, "minFreeSpace"),
        MaximumUsedSpace = Positive(json, "maxUsedSpace"),
    };

    private static long? Positive(JsonElement json, string name) => json.Number(name) is > 0 and var number ? number : null;
}
