using DockerArchive.Buildkit;

namespace DockerArchive.Docker;

/// <summary>Follows a build, shows how far it is, and knows its steps.</summary>
internal interface IBuildWatch : IBuildEventSink, IAsyncDisposable
{
    /// <summary>The steps as far as the build has told.</summary>
    IReadOnlyList<BuildStep> Steps { get; }
}
