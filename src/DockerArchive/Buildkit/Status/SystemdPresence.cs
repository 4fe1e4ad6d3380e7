namespace DockerArchive.Buildkit;

/// <summary>Whether systemd manages a guest's services.</summary>
public enum SystemdPresence
{
    /// <summary>The guest did not say: the script's output is not all there.</summary>
    Unknown,

    /// <summary>It is the guest's init, and systemctl is there.</summary>
    Running,

    /// <summary>The guest has another init, or no systemctl: there are no units and no journal to ask.</summary>
    Absent,
}
