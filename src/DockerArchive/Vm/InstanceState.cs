namespace DockerArchive.Vm;

/// <summary>
/// How far an instance has come. <see cref="Created"/> to <see cref="ServiceReady"/> are the readiness ladder that
/// <c>Start-ArchiveEnv</c> climbs; a cmdlet that only lists instances does not ask the guest and says
/// <see cref="Running"/>.
/// </summary>
public enum InstanceState
{
    /// <summary>The container has ended or was stopped.</summary>
    Stopped,

    /// <summary>The container exists and was never started.</summary>
    Created,

    /// <summary>The container runs; the guest was not asked.</summary>
    Running,

    /// <summary>The container runs and the guest boots.</summary>
    Booting,

    /// <summary>The guest's sshd answered and the login succeeded.</summary>
    SshReady,

    /// <summary>The environment's service is active in systemd and serves.</summary>
    ServiceReady,
}

/// <summary>Time one rung of the readiness ladder took.</summary>
/// <param name="State">The rung that was reached.</param>
/// <param name="Duration">Time since the rung before.</param>
public sealed record ReadinessRung(InstanceState State, TimeSpan Duration);
