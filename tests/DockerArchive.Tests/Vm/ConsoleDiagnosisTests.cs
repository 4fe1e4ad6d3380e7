using DockerArchive.Vm;

namespace DockerArchive.Tests.Vm;

/// <summary>What QEMU, Linux and the engine print when a machine ends, and what is made of it.</summary>
public class ConsoleDiagnosisTests
{
    [Theory]
    // QEMU 4 and 7.2, without the permission and without the device.
    [InlineData("Could not access KVM kernel module: Permission denied", "may not use /dev/kvm")]
    [InlineData("qemu-system-x86_64: failed to initialize kvm: Permission denied", "may not use /dev/kvm")]
    [InlineData("Could not access KVM kernel module: No such file or directory", "no usable KVM")]
    [InlineData("KVM internal error. Suberror: 1", "cannot run this guest")]
    [InlineData("qemu-system-x86_64: error: failed to set MSR 0x345 to 0x2000", "cannot run this guest")]
    // The Docker host's memory.
    [InlineData("qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", "Docker host ran out of memory")]
    // The disk.
    [InlineData("qemu-system-x86_64: -hda vm.qcow2: Could not open 'vm.qcow2': No such file or directory", "disk of the machine cannot be used")]
    [InlineData("qemu-img: /disk.qcow2: error while writing: No space left on device", "no space left")]
    [InlineData("QEMU paused the guest: the Docker host has no space left for its disk.", "no space left")]
    [InlineData("qemu-system-x86_64: -drive file=/disk.qcow2: Failed to get \"write\" lock", "Another QEMU")]
    [InlineData("[    1.902] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)", "no root file system")]
    [InlineData("Gave up waiting for root file system device.  Common problems:", "no root file system")]
    // A port inside the container.
    [InlineData("qemu-system-x86_64: -nic user,hostfwd=tcp::22-:22: Could not set up host forwarding rule 'tcp::22-:22'", "port that the machine needs is taken")]
    // The guest's memory.
    [InlineData("[    2.5] Kernel panic - not syncing: System is deadlocked on memory", "-Memory")]
    [InlineData("[   31.1] Out of memory: Killed process 271 (dockerd) total-vm:1432kB", "-Memory")]
    [InlineData("[    1.2] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100", "init ended")]
    public void A_line_of_the_console_tells_the_cause(string line, string expected) =>
        Assert.Contains(expected, ConsoleDiagnosis.CauseOf(["[  OK  ] Started something", line, ""], 1, outOfMemory: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(137L, "SIGKILL")]
    [InlineData(143L, "SIGTERM")]
    public void Without_a_sign_the_exit_code_tells_who_ended_it(long code, string expected) =>
        Assert.Contains(expected, ConsoleDiagnosis.CauseOf(["login:"], code, outOfMemory: false), StringComparison.Ordinal);

    [Fact]
    public void What_the_engine_knows_counts_before_what_the_console_says() =>
        Assert.Contains("limit of memory", ConsoleDiagnosis.CauseOf(["KVM internal error"], 137, outOfMemory: true), StringComparison.Ordinal);

    [Fact]
    public void What_the_console_says_counts_before_the_exit_code() =>
        Assert.Contains("Another QEMU", ConsoleDiagnosis.CauseOf(["Failed to get \"write\" lock"], 137, outOfMemory: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(1L)]
    public void A_text_that_tells_nothing_is_not_guessed_at(long? code) =>
        Assert.Null(ConsoleDiagnosis.CauseOf(["[  OK  ] Reached target multi-user.target", "localhost login:"], code, outOfMemory: false));

    [Theory]
    [InlineData("[    2.5] Kernel panic - not syncing: sysrq triggered crash", true)]
    [InlineData("[    2.5] ---[ end Kernel panic - not syncing: sysrq triggered crash ]---", true)]
    [InlineData("Set kernel.panic to reboot after a Kernel panic", false)]
    public void A_panic_is_known_by_the_kernels_own_words(string line, bool expected) =>
        Assert.Equal(expected, ConsoleDiagnosis.IsPanic(line));

    [Theory]
    [InlineData("QEMU paused the guest: the Docker host has no space left for its disk.", true)]
    [InlineData("somebody says that QEMU paused the guest", false)]
    public void A_pause_is_known_by_the_runners_words(string line, bool expected) =>
        Assert.Equal(expected, ConsoleDiagnosis.IsPause(line));

    [Theory]
    [InlineData("KVM internal error. Suberror: 3", true)]
    [InlineData("failed to initialize KVM: Permission denied", true)]
    [InlineData("Kernel panic - not syncing", false)]
    public void Only_failures_of_KVM_give_way_to_emulation(string line, bool expected) =>
        Assert.Equal(expected, ConsoleDiagnosis.IsKvmFailure([line]));
}
