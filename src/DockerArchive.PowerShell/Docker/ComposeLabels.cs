namespace DockerArchive.Docker;

/// <summary>The labels by which <c>docker compose</c> and this module recognise each other's containers, networks and volumes.</summary>
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

    private const string DependsOn = "com.docker.compose.depends_on";
    private const string Image = "com.docker.compose.image";
    private const string Volume = "com.docker.compose.volume";
    private const string Version = "com.docker.compose.version";

    /// <summary>The compose whose rules ours are.</summary>
    private const string ComposeVersion = "2.26.1";

    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="imageId">Id of its image.</param>
    /// <param name="hash">By which compose knows whether the container is what the files say.</param>
    /// <param name="environment">Name of the environment.</param>
    public static Dictionary<string, string> ForContainer(
        ComposeProject project, ComposeService service, string imageId, string hash, string environment) => new()
        {
            [Project] = project.Name,
            [Service] = service.Name,
            [ContainerNumber] = "1",
            [OneOff] = "False",
            [ConfigHash] = hash,
            [ConfigFiles] = string.Join(',', project.Files),
            [WorkingDirectory] = project.Directory,
            [DependsOn] = string.Join(',', service.DependsOn.Select(ToText)),
            [Image] = imageId,
            [Version] = ComposeVersion,
            [Environment] = environment,
        };

    /// <summary>The working directory and the environment are ours.</summary>
    public static Dictionary<string, string> ForNetwork(
        ComposeProject project, string key, ComposeNetwork network, string environment) => new(network.Labels)
        {
            [Project] = project.Name,
            [Network] = key,
            [Version] = ComposeVersion,
            [WorkingDirectory] = project.Directory,
            [Environment] = environment,
        };

    public static Dictionary<string, string> ForVolume(ComposeProject project, string key, ComposeVolume volume) => new(volume.Labels)
    {
        [Project] = project.Name,
        [Volume] = key,
        [Version] = ComposeVersion,
    };

    private static string ToText(ServiceDependency dependency)
    {
        var condition = dependency.Condition switch
        {
            DependencyCondition.Healthy => "service_healthy",
            DependencyCondition.CompletedSuccessfully => "service_completed_successfully",
            _ => "service_started",
        };
        return $"{dependency.Service}:{condition}:{(dependency.Restart ? "true" : "false")}";
    }
}
