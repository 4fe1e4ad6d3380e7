namespace DockerArchive.Bench;

/// <summary>What <c>make bench</c> measures of Get-BuildkitStatus, in a guest.</summary>
internal static class StatusRun
{
    public static void Start(string environment)
    {
        Console.WriteLine("==> The status of a guest beside ssh");
        var shell = Shell.FindPwsh() ?? new Shell("the embedded host", "out/host/pwsh-host");
        double[] seconds = shell.Run("status.ps1", ["./DockerArchive.psd1", environment]);
        var table = new ClosingTable();
        table.AddRate(
            "Get-BuildkitStatus", 1 / seconds[0], "/s", "systemctl show by ssh with ControlMaster", 1 / seconds[1], requiredRatio: 1 / 1.2);
        Console.WriteLine(table);
    }
}
