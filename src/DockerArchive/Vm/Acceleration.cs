namespace DockerArchive.Vm;

/// <summary>How QEMU runs the guest's processor.</summary>
public enum Acceleration
{
    /// <summary>Emulated (QEMU's Tiny Code Generator): works everywhere, about ten times slower.</summary>
    Tcg,

    /// <summary>With the Docker host's <c>/dev/kvm</c>.</summary>
    Kvm,
}
