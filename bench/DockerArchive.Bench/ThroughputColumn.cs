using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DockerArchive.Bench;

/// <summary>Megabytes (10^6 bytes) of input per second, by the median.</summary>
internal sealed class ThroughputColumn : IColumn
{
    private readonly Dictionary<string, long> _lengths = ProgressInput.Names.ToDictionary(
        name => name, name => ProgressInput.Get(name).Length);

    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "MB/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Input per second by the median, in 10^6 bytes";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } time
            ? Rate(benchmarkCase, time).ToString("N0", CultureInfo.InvariantCulture) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);

    public double Rate(BenchmarkCase benchmarkCase, Statistics time) =>
        _lengths[(string)benchmarkCase.Parameters[nameof(ProgressBenchmarks.Input)]] * 1e3 / time.Median;
}
