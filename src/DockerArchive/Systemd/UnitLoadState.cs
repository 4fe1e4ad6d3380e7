namespace DockerArchive.Systemd;

/// <summary>
/// Whether systemd could read a unit's definition; the words of <c>LoadState</c> in <c>systemctl show</c>.
/// </summary>
public enum UnitLoadState
{
    /// <summary>A word this version of the module does not know, or none.</summary>
    Unknown,

    /// <summary><c>stub</c>: named by another unit, not loaded yet.</summary>
    Stub,

    /// <summary><c>loaded</c>.</summary>
    Loaded,

    /// <summary><c>not-found</c>: there is no such unit file.</summary>
    NotFound,

    /// <summary><c>bad-setting</c> (systemd 239 and later): the unit file has a setting systemd refuses.</summary>
    BadSetting,

    /// <summary><c>error</c>: the unit file could not be read.</summary>
    Error,

    /// <summary><c>merged</c>: an alias, its state is that of another unit.</summary>
    Merged,

    /// <summary><c>masked</c>: linked to <c>/dev/null</c>, so it cannot be started.</summary>
    Masked,
}
