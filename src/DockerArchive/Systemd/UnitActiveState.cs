namespace DockerArchive.Systemd;

/// <summary>What a unit is doing; the words of <c>ActiveState</c> in <c>systemctl show</c>.</summary>
public enum UnitActiveState
{
    /// <summary>A word this version of the module does not know, or none.</summary>
    Unknown,

    /// <summary><c>active</c>: started and running.</summary>
    Active,

    /// <summary><c>reloading</c>: running, and reading its configuration again.</summary>
    Reloading,

    /// <summary><c>inactive</c>: stopped.</summary>
    Inactive,

    /// <summary><c>failed</c>: stopped by an error; <see cref="SystemdUnit.Result"/> says which.</summary>
    Failed,

    /// <summary><c>activating</c>: starting, or waiting to be restarted.</summary>
    Activating,

    /// <summary><c>deactivating</c>: stopping.</summary>
    Deactivating,

    /// <summary><c>maintenance</c> (systemd 246 and later): its files are being cleaned.</summary>
    Maintenance,

    /// <summary><c>refreshing</c> (systemd 257 and later): running, and refreshing its mounts.</summary>
    Refreshing,
}
