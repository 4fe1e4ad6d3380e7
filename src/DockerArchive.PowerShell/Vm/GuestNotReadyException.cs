using System.Management.Automation;

namespace DockerArchive.Vm;

/// <summary>How a guest failed to become ready.</summary>
internal enum GuestFailure
{
    /// <summary>It did not come up in time, or without its service.</summary>
    NotReady,

    /// <summary>Its container ended or was removed.</summary>
    Ended,

    /// <summary>Its kernel panicked.</summary>
    Panicked,

    /// <summary>QEMU paused it.</summary>
    Paused,
}

/// <summary>A guest ended, hung or was stopped before it was ready.</summary>
public sealed class GuestNotReadyException : ArchiveException
{
    internal GuestNotReadyException(
        string instance,
        GuestFailure failure,
        string what,
        IReadOnlyList<string> console,
        long? exitCode = null,
        bool outOfMemory = false,
        string? systemctl = null)
        : base(
            $"Guest{failure}",
            failure is GuestFailure.NotReady ? ErrorCategory.OperationTimeout : ErrorCategory.ResourceUnavailable,
            instance,
            Text(instance, what, console, ConsoleDiagnosis.CauseOf(console, exitCode, outOfMemory), systemctl))
    {
        Console = console;
        ExitCode = exitCode;
        Cause = ConsoleDiagnosis.CauseOf(console, exitCode, outOfMemory);
        WasRemoved = failure is GuestFailure.Ended && exitCode is null;
    }

    /// <summary>Last lines of the guest's serial console, oldest first, at most 40.</summary>
    public IReadOnlyList<string> Console { get; }

    /// <summary>Exit code of QEMU, if it ended; 137 if it was killed.</summary>
    public long? ExitCode { get; }

    /// <summary>The likely cause with its remedy, guessed from the console, the exit code and the engine; null where nothing tells.</summary>
    public string? Cause { get; }

    /// <summary>Whether the container is gone.</summary>
    internal bool WasRemoved { get; }

    /// <summary>Whether KVM gave up on the guest, as it does inside some virtual machines, which says nothing against emulation.</summary>
    internal bool IsKvmFailure => ConsoleDiagnosis.IsKvmFailure(Console);

    private static string Text(
        string instance, string what, IReadOnlyList<string> console, string? cause, string? systemctl) =>
        $"The guest of '{instance}' {what}.{(cause is null ? "" : $" {cause}")} "
        + (systemctl is null ? "" : $"systemctl says:\n{systemctl}\n")
        + (console.Count == 0 ? "It printed nothing." : $"The last it printed:\n{string.Join('\n', console)}");
}
