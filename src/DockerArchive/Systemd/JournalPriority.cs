namespace DockerArchive.Systemd;

/// <summary>
/// Syslog priorities, in the words and numbers of <c>journalctl -p</c>; a smaller number is more urgent.
/// </summary>
public enum JournalPriority
{
    /// <summary>The system is unusable.</summary>
    Emerg = 0,

    /// <summary>Something must be done at once.</summary>
    Alert = 1,

    /// <summary>Critical.</summary>
    Crit = 2,

    /// <summary>Error.</summary>
    Err = 3,

    /// <summary>Warning.</summary>
    Warning = 4,

    /// <summary>Normal, but worth a look.</summary>
    Notice = 5,

    /// <summary>Information; what a service writes to stdout or stderr has this, whatever its own log level.</summary>
    Info = 6,

    /// <summary>Debugging.</summary>
    Debug = 7,
}
