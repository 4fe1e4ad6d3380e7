namespace DockerArchive.Buildkit;

/// <summary>What a finding about a guest's BuildKit says.</summary>
public enum BuildkitProblemId
{
    /// <summary>The guest has no systemd, so nothing is known about units and journal.</summary>
    NoSystemd,

    /// <summary>systemctl did not show the units.</summary>
    UnitsUnknown,

    /// <summary>There is no such service unit.</summary>
    UnitNotFound,

    /// <summary>The unit file is masked or cannot be used.</summary>
    UnitNotLoaded,

    /// <summary>The service failed, or is about to be restarted after it did.</summary>
    UnitFailed,

    /// <summary>The service does not run, without having failed.</summary>
    UnitNotActive,

    /// <summary>The socket unit does not listen.</summary>
    SocketNotListening,

    /// <summary>The daemon has no worker.</summary>
    NoWorker,

    /// <summary>The daemon could not be asked for its workers.</summary>
    WorkersUnknown,

    /// <summary>The guest has no git, so the daemon has no git source.</summary>
    GitMissing,

    /// <summary>The daemon did not make a containerd worker, since no containerd runs.</summary>
    ContainerdWorkerSkipped,

    /// <summary>systemd restarted the service by itself.</summary>
    Restarted,
}
