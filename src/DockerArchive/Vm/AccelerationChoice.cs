namespace DockerArchive.Vm;

/// <summary>What a user asks of a start: <c>Start-ArchiveEnv -Acceleration</c>.</summary>
public enum AccelerationChoice
{
    /// <summary>KVM if the Docker host has one that can run the guest, otherwise emulation.</summary>
    Auto,

    /// <summary>KVM; where there is none, the start fails.</summary>
    Kvm,

    /// <summary>Emulation.</summary>
    Tcg,
}
