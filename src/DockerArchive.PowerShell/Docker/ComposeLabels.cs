using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DockerArchive.Docker;

/// <summary>The labels by which <c>docker compose</c> and this module recognise each other's containers and networks.</summary>
internal static class ComposeLabels
{
    public const string Project = "com.docker.compose.project";
    public const string Service = "com.docker.compose.service";
    public const string WorkingDirectory = "com.docker.compose.project.working_dir";
    public const string Network = "com.docker.compose.network";

    private const string ContainerNumber = "com.docker.compose.container-number";
    private const string OneOff = "com.docker.compose.oneoff";
    private const string ConfigHash = "com.docker.compose.config-hash";
    public const string ConfigFiles = "com.docker.compose.project.config_files";

    /// <summary>Our own: name of the environment, which compose's labels only tell to somebody who knows the root.</summary>
    public const string Environment = "io.github.dockerarchive.environment";

    public static Dictionary<string, string> ForContainer(
        string project, ComposeService service, string directory, IEnumerable<string> files, string environment) => new()
        {
            [Project] = project,
            [Service] = service.Name,
            [ContainerNumber] = "1",
            [OneOff] = "False",
            [ConfigHash] = Hash(service),
            [ConfigFiles] = string.Join(',', files),
            [WorkingDirectory] = directory,
            [Environment] = environment,
        };

    /// <summary>Compose itself only looks at the first two.</summary>
    public static Dictionary<string, string> ForNetwork(string project, string directory, string environment) => new()
    {
        [Project] = project,
        [Network] = "default",
        [WorkingDirectory] = directory,
        [Environment] = environment,
    };

    /// <summary>Only equality with an earlier start of ours matters; compose computes its own from its own model.</summary>
    private static string Hash(ComposeService service) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(service)))).ToLowerInvariant();
}
