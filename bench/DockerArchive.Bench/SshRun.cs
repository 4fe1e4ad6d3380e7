using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DockerArchive.Bench;

/// <summary>What <c>make bench</c> measures of SSH, against OpenSSH's client at the same sshd of this machine.</summary>
internal static class SshRun
{
    private const string Master = "ssh with ControlMaster";

    public static void Start(string artifacts)
    {
        Console.WriteLine("==> SSH beside OpenSSH's client");
        var commands = Run<SshCommandBenchmarks>(artifacts, Job.Default.WithWarmupCount(2).WithIterationCount(11).WithInvocationCount(10));
        var transfers = Run<SshTransferBenchmarks>(artifacts, Job.Default.WithWarmupCount(2).WithIterationCount(9).WithInvocationCount(1));
        var table = new ClosingTable();
        table.AddRate(
            "ssh: commands on an open connection", 1 / commands(nameof(SshCommandBenchmarks.OpenConnection)), "/s",
            Master, 1 / commands(nameof(SshCommandBenchmarks.ControlMaster)), requiredRatio: 1 / 1.1);
        table.AddRate(
            "ssh: connections with their first command", 1 / commands(nameof(SshCommandBenchmarks.FirstCommand)), "/s",
            "ssh", 1 / commands(nameof(SshCommandBenchmarks.Ssh)), requiredRatio: 1 / 1.2);
        const double Megabytes = SshTransferBenchmarks.Length / 1e6;
        AddTree("a tree of 200 MB", Megabytes, "MB/s", "Big", 0.9);
        AddTree("10,000 small files", SshTransferBenchmarks.Files, "files/s", "Small", 1);
        table.AddRate(
            "ssh: an unchanged build context of 100 MB", 1 / transfers(nameof(SshTransferBenchmarks.UnchangedContext)), "/s",
            $"tar, {Master}, tar", 1 / transfers(nameof(SshTransferBenchmarks.TarContext)), requiredRate: 1);
        table.AddRate(
            "ssh: 100 MB to a command", Megabytes / 2 / transfers(nameof(SshTransferBenchmarks.StreamIn)), "MB/s",
            Master, Megabytes / 2 / transfers(nameof(SshTransferBenchmarks.SshIn)));
        table.AddRate(
            "ssh: 100 MB from a command", Megabytes / 2 / transfers(nameof(SshTransferBenchmarks.StreamOut)), "MB/s",
            Master, Megabytes / 2 / transfers(nameof(SshTransferBenchmarks.SshOut)));
        Console.WriteLine(table);

        void AddTree(string what, double amount, string unit, string tree, double requiredRatio)
        {
            var rate = amount / transfers($"Copy{tree}");
            table.AddRate($"ssh: {what}", rate, unit, "tar \\| ssh tar", amount / transfers($"Tar{tree}"), requiredRatio);
            table.AddRate($"ssh: {what}", rate, unit, $"the same, {Master}", amount / transfers($"Tar{tree}Master"));
        }
    }

    /// <returns>The median of a benchmark, in seconds.</returns>
    private static Func<string, double> Run<T>(string artifacts, Job job)
    {
        ManualConfig config = ManualConfig.CreateEmpty()
            .WithArtifactsPath(Directory.CreateDirectory(artifacts).FullName)
            .AddJob(job.WithUnrollFactor(1))
            .AddColumn(TargetMethodColumn.Method, StatisticColumn.Median)
            .AddExporter(MarkdownExporter.Console)
            .AddLogger(NullLogger.Instance);
        Summary summary = BenchmarkRunner.Run<T>(config);
        return method => summary.Reports.Single(r => r.BenchmarkCase.Descriptor.WorkloadMethod.Name == method).ResultStatistics?.Median / 1e9
            ?? throw new InvalidOperationException($"{method} did not run; {summary.LogFilePath} says why.");
    }
}
