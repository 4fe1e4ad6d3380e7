namespace DockerArchive.Vm;

/// <summary>When a start fetches images from their registries: <c>Start-ArchiveEnv -Pull</c>.</summary>
public enum PullPolicy
{
    /// <summary>Images that are not on the Docker host.</summary>
    Missing,

    /// <summary>All images, so that a tag that has moved is followed.</summary>
    Always,

    /// <summary>None; an image that is not there is an error.</summary>
    Never,
}
