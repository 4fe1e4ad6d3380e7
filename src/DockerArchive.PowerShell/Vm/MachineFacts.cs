using System.Globalization;

namespace DockerArchive.Vm;

/// <summary>What of a machine a saved state depends on.</summary>
/// <param name="QemuVersion">Version of QEMU, such as <c>7.2.22</c>.</param>
/// <param name="MachineType">QEMU's name for the hardware, such as <c>pc-i440fx-7.2</c>.</param>
/// <param name="Cpus">Number of virtual processors.</param>
/// <param name="Memory">Memory in bytes.</param>
internal sealed record MachineFacts(string QemuVersion, string MachineType, int Cpus, long Memory)
{
    public static MachineFacts Of(ArchiveCheckpoint checkpoint) =>
        new(checkpoint.QemuVersion, checkpoint.MachineType, checkpoint.Cpus, checkpoint.Memory);

    public static async Task<MachineFacts> ReadAsync(QmpConnection qmp, CancellationToken cancellation)
    {
        var version = (await qmp.AskAsync("query-version", cancellation))["qemu"]!;
        var type = await qmp.AskAsync("qom-get", new() { ["path"] = "/machine", ["property"] = "type" }, cancellation);
        var cpus = await qmp.AskAsync("query-cpus-fast", cancellation);
        var memory = await qmp.AskAsync("query-memory-size-summary", cancellation);
        return new MachineFacts(
            $"{version["major"]}.{version["minor"]}.{version["micro"]}",
            type.GetValue<string>().Replace("-machine", "", StringComparison.Ordinal),
            cpus.AsArray().Count,
            memory["base-memory"]!.GetValue<long>());
    }

    /// <summary>What is different about a machine that is to go on from a state that was saved on this one; null if nothing.</summary>
    public string? DifferenceTo(MachineFacts other)
    {
        if (QemuVersion != other.QemuVersion)
            return $"QEMU is {other.QemuVersion} and was {QemuVersion}";
        if (MachineType != other.MachineType)
            return $"the machine is a {other.MachineType} and was a {MachineType}";
        if (Cpus != other.Cpus)
            return string.Create(CultureInfo.InvariantCulture, $"it has {other.Cpus} processors and had {Cpus}");
        return Memory == other.Memory ? null : $"it has {ByteSize.Text(other.Memory)} of memory and had {ByteSize.Text(Memory)}";
    }
}
