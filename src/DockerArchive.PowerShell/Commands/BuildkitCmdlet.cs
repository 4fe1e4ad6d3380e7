using System.Management.Automation;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that ask the BuildKit of running environments, or of this machine.</summary>
public abstract class BuildkitCmdlet : GuestCmdlet
{
    private protected const string ByLocal = "Local";

    /// <summary>This machine, in place of a guest. What its users may see depends on their rights, as with systemctl and journalctl.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByLocal)]
    public SwitchParameter Local { get; set; }

    /// <summary>The machines that a user means; one that is not there is an error record.</summary>
    private protected IReadOnlyList<Machine> FindMachines() =>
        Local ? [Machine.Local] : [.. FindGuests(Env).Select(Machine.Of)];

    /// <summary>A unit's complete name.</summary>
    /// <exception cref="ArchiveException">No unit can have that name.</exception>
    private protected static string UnitNamed(string unit) => Systemd.UnitName.TryComplete(unit, out var complete)
        ? complete
        : throw new ArchiveException(
            "UnitNameInvalid", ErrorCategory.InvalidArgument, unit, $"-Unit '{unit}' cannot be the name of a systemd unit.");
}
