namespace DockerArchive.Bench;

/// <summary>What <c>make bench</c> measures of making a disk.</summary>
internal static class DiskRun
{
    public static void Start()
    {
        Console.WriteLine("==> Making a disk beside bare mke2fs and qemu-img");
        var shell = Shell.FindPwsh() ?? new Shell("the embedded host", "out/host/pwsh-host");
        double[] figures = shell.Run("disk.ps1", ["./DockerArchive.psd1"]);
        var table = new ClosingTable();
        table.AddDuration("Build-ArchiveEnv -Stage Vm, its disk", figures[0], "mke2fs -d, qemu-img convert -c with zstd", figures[1], 1.3);
        table.AddSize("the disk", figures[2], "the smallest of qemu-img convert -c", figures[3], 1.05);
        Console.WriteLine(table);
    }
}
