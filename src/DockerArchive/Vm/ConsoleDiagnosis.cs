namespace DockerArchive.Vm;

/// <summary>
/// Why a virtual machine ended or hangs, guessed from what QEMU, the Linux kernel and the Docker engine print. The
/// texts are those of QEMU 4 to 10 and of Linux 4 to 6.
/// </summary>
internal static class ConsoleDiagnosis
{
    private const string Permission =
        "QEMU may not use /dev/kvm of the Docker host. Give its user the permission (group kvm), or start with -Acceleration Tcg.";

    private const string Kvm = "KVM of the Docker host cannot run this guest. Start with -Acceleration Tcg.";

    private const string HostMemory =
        "The Docker host ran out of memory. Give the guest less (-Memory), or stop other instances.";

    private const string Disk = "The disk of the machine cannot be used. Make its image again with Build-ArchiveEnv -Force.";

    private const string Space = "The Docker host has no space left for the guest's disk. Make room there.";

    private const string Port = "A port that the machine needs is taken in its container. Look at QEMU_HOSTFWD and the command in its compose file.";

    /// <summary>What a line must contain, and what it means; the first that matches counts.</summary>
    private static readonly (string Text, string Cause)[] Signs =
    [
        ("Could not access KVM kernel module: Permission denied", Permission),
        ("failed to initialize kvm: Permission denied", Permission),
        ("failed to initialize KVM: Permission denied", Permission),
        ("Could not access KVM kernel module", "The Docker host has no usable KVM. Start with -Acceleration Tcg."),
        ("KVM internal error", Kvm),
        ("KVM of this host cannot run this guest", Kvm),
        ("error: failed to set MSR", Kvm),
        ("kvm run failed", Kvm),
        ("cannot set up guest memory", HostMemory),
        ("Cannot allocate memory", HostMemory),
        ("No space left on device", Space),
        ("no space left for its disk", Space),
        ("Could not set up host forwarding rule", Port),
        ("Failed to get \"write\" lock", "Another QEMU uses the disk of this machine. End it, or start another instance with -Instance."),
        ("Image is corrupt", Disk),
        ("Image is not in qcow2 format", Disk),
        ("-chardev pipe,id=dockerarchive", "The container lacks the pipes that QEMU is controlled through, as its start was cut off. Make it anew: Remove-ArchiveEnv, then Start-ArchiveEnv."),
        ("Could not open '", Disk),
        ("could not open disk image", Disk),
        ("Could not read qcow2 header", Disk),
        ("Unable to mount root fs", "The kernel finds no root file system on its disk. Look at root= in the kernel's command line, or make the image again with Build-ArchiveEnv -Force."),
        ("Gave up waiting for root", "The initrd finds no root file system. Look at root= in the kernel's command line, or make the image again with Build-ArchiveEnv -Force."),
        ("Out of memory and no killable processes", "The guest ran out of memory. Give it more with -Memory."),
        ("System is deadlocked on memory", "The guest ran out of memory. Give it more with -Memory."),
        ("Attempted to kill init", "The guest's init ended. The lines above say why."),
        ("Out of memory: Kill", "The guest ran out of memory and ended a process. Give it more with -Memory."),
    ];

    /// <summary>The likely cause with its remedy; null where nothing tells.</summary>
    /// <param name="lines">The last lines of the console, oldest first.</param>
    /// <param name="exitCode">The container's exit code, if it ended.</param>
    /// <param name="outOfMemory">Whether the engine says that the kernel ended it for want of memory.</param>
    public static string? CauseOf(IReadOnlyList<string> lines, long? exitCode, bool outOfMemory)
    {
        if (outOfMemory)
            return "The container reached its limit of memory and was killed. Give the guest less (-Memory), or the container more.";
        foreach (var (text, cause) in Signs)
        {
            if (lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
                return cause;
        }

        return exitCode switch
        {
            137 => "QEMU or its container was killed (SIGKILL), by hand or by a Docker host that ran out of memory.",
            143 => "The container was asked to end (SIGTERM), for example by docker stop.",
            _ => null,
        };
    }

    /// <summary>Whether the kernel says with this line that it will not go on.</summary>
    public static bool IsPanic(string line) => line.Contains("Kernel panic - not syncing", StringComparison.Ordinal);

    /// <summary>Whether the runner says with this line that QEMU has stopped the guest.</summary>
    public static bool IsPause(string line) => line.StartsWith("QEMU paused the guest", StringComparison.Ordinal);

    /// <summary>Whether KVM gave up on the guest, which says nothing against emulation.</summary>
    public static bool IsKvmFailure(IReadOnlyList<string> lines) => CauseOf(lines, null, false) is Kvm or Permission;
}
