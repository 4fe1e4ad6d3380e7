namespace DockerArchive.Bench;

/// <summary>What <c>make bench</c> measures of starting a machine, booted and from a checkpoint.</summary>
internal static class StartRun
{
    public static void Start(string environment)
    {
        Console.WriteLine("==> Starting a machine beside docker compose, bare QEMU and its own checkpoint");
        var shell = Shell.FindPwsh() ?? new Shell("the embedded host", "out/host/pwsh-host");
        double[] seconds = shell.Run("start.ps1", ["./DockerArchive.psd1", environment]);
        var table = new ClosingTable();
        table.AddDuration("Start-ArchiveEnv -Until Created", seconds[0], "docker compose up -d", seconds[1], 1);
        table.AddDuration("Start-ArchiveEnv", seconds[2], "the same disk in bare QEMU, asked by ssh", seconds[3], 1.05);
        table.AddDuration("Restore-ArchiveEnv", seconds[4], "Start-ArchiveEnv that boots", seconds[2], 1.0 / 7);
        table.AddDuration("Start-ArchiveEnv -FromCheckpoint", seconds[5], "Start-ArchiveEnv that boots", seconds[2], 1.0 / 7);
        Console.WriteLine(table);
    }
}
