using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Perfolizer.Horology;

namespace DockerArchive.Bench;

/// <summary>A run of <see cref="ProgressBenchmarks"/>.</summary>
internal sealed class ParserRun
{
    private readonly Dictionary<(string Input, string Method), double> _rates;

    private ParserRun(Summary summary, ThroughputColumn throughput)
    {
        Environment = string.Join('\n', summary.HostEnvironmentInfo.ToFormattedString());
        _rates = summary.Reports.ToDictionary(
            report => (
                (string)report.BenchmarkCase.Parameters[nameof(ProgressBenchmarks.Input)],
                report.BenchmarkCase.Descriptor.WorkloadMethod.Name),
            report => throughput.Rate(report.BenchmarkCase, report.ResultStatistics ?? throw new InvalidOperationException(
                $"{report.BenchmarkCase.DisplayInfo} did not run; {summary.LogFilePath} says why.")));
    }

    /// <summary>The machine and the runtime.</summary>
    public string Environment { get; }

    public static ParserRun Start(string artifacts)
    {
        var throughput = new ThroughputColumn();
        Job job = Job.Default
            .WithEnvironmentVariable(MeasuringProcess.EagerTiering.Name, MeasuringProcess.EagerTiering.Value)
            .WithUnrollFactor(1)
            .WithWarmupCount(12)
            .WithIterationCount(12)
            .WithIterationTime(TimeInterval.FromMilliseconds(300));
        ManualConfig config = ManualConfig.CreateEmpty()
            .WithArtifactsPath(artifacts)
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Params, DefaultColumnProviders.Metrics)
            .AddColumn(TargetMethodColumn.Method, throughput, BaselineRatioColumn.RatioMean)
            .AddExporter(MarkdownExporter.Console)
            .AddLogger(NullLogger.Instance);
        return new ParserRun(BenchmarkRunner.Run<ProgressBenchmarks>(config), throughput);
    }

    /// <summary>How much of the input was read, in 10^6 bytes per second.</summary>
    public double Rate(string input, string method) => _rates[(input, method)];
}
