namespace DockerArchive.Systemd;

/// <summary>
/// Levels of the Go logger logrus, which BuildKit, Docker and containerd use; a greater number is more urgent.
/// </summary>
public enum LogrusLevel
{
    /// <summary><c>trace</c>.</summary>
    Trace,

    /// <summary><c>debug</c>.</summary>
    Debug,

    /// <summary><c>info</c>.</summary>
    Info,

    /// <summary><c>warning</c>, or <c>warn</c>.</summary>
    Warning,

    /// <summary><c>error</c>.</summary>
    Error,

    /// <summary><c>fatal</c>: the process ended itself.</summary>
    Fatal,

    /// <summary><c>panic</c>: the process crashed itself.</summary>
    Panic,
}
