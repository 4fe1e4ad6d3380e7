namespace DockerArchive.Bench;

/// <summary>Everything that <c>make bench</c> measures. It is started in the root of the repository.</summary>
internal sealed class FullRun : IDisposable
{
    private const string Module = "./DockerArchive.psd1";
    private const string RegexEvents = "generated regex, a record for each line";
    private const string RegexCounts = "generated regex on spans, counted";
    private const string MatchPipeline = "pwsh: Get-Content to ForEach-Object, -match";
    private const int MemoryLimitMiB = 64;

    private readonly string _directory;
    private readonly LogFile _peerLog;
    private readonly LogFile _cmdletLog;
    private readonly LogFile _longLog;
    private readonly Shell? _pwsh = Shell.FindPwsh();
    private readonly ClosingTable _table = new();

    /// <param name="directory">A place for the logs that are read, and for BenchmarkDotNet's reports.</param>
    public FullRun(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _peerLog = new LogFile(Path.Combine(_directory, "peer.log"), 100_000);
        _cmdletLog = new LogFile(Path.Combine(_directory, "cmdlet.log"), 1_000_000);
        _longLog = new LogFile(Path.Combine(_directory, "200-mb.log"), 4_780_000);
    }

    public void Start()
    {
        Tell("The parser and its peers in C#");
        ParserRun parser = ParserRun.Start(_directory);
        double? peerSeconds = MeasurePeer();
        AddParser(parser, ProgressInput.Log, _peerLog.Length / 1e6 / peerSeconds);
        AddParser(parser, ProgressInput.Mixed, null);
        Shell[] shells = [new Shell("the embedded host", "out/host/pwsh-host"), .. _pwsh is null ? [] : new[] { _pwsh }];
        foreach (Shell shell in shells)
            AddCmdlet(shell, _peerLog.Lines / peerSeconds);
        AddMemory(shells);
        Console.WriteLine();
        Console.WriteLine(parser.Environment);
        Console.WriteLine(_table);
    }

    public void Dispose()
    {
        _peerLog.Dispose();
        _cmdletLog.Dispose();
        _longLog.Dispose();
    }

    private static void Tell(string step) => Console.WriteLine($"==> {step}");

    private double? MeasurePeer()
    {
        if (_pwsh is null)
        {
            Tell("No pwsh on PATH: its pipeline is not measured");
            return null;
        }

        Tell("The peer in pwsh");
        return _pwsh.Run("peer.ps1", _peerLog.Path).Single();
    }

    private void AddParser(ParserRun parser, string input, double? pipelineRate)
    {
        double Rate(string method) => parser.Rate(input, method);
        bool isLog = input == ProgressInput.Log;
        double events = Rate(nameof(ProgressBenchmarks.Events));
        double regex = Rate(nameof(ProgressBenchmarks.RegexEvents));
        if (isLog)
            _table.AddRate($"{input}: events", events, "MB/s", MatchPipeline, pipelineRate, requiredRatio: 200);
        _table.AddRate($"{input}: events", events, "MB/s", RegexEvents, regex, requiredRatio: isLog ? 5 : null);
        _table.AddRate(
            $"{input}: tokens, counted", Rate(nameof(ProgressBenchmarks.Tokens)), "MB/s",
            RegexCounts, Rate(nameof(ProgressBenchmarks.RegexCounts)), requiredRate: isLog ? 1000 : null);
        _table.AddRate(
            $"{input}: steps with their logs", Rate(nameof(ProgressBenchmarks.Steps)), "MB/s", RegexEvents, regex);
        _table.AddRate(
            $"{input}: steps", Rate(nameof(ProgressBenchmarks.StepsWithoutLog)), "MB/s", RegexEvents, regex);
    }

    private void AddCmdlet(Shell shell, double? pipelineRate)
    {
        Tell($"The cmdlet in {shell.Name}");
        double[] seconds = shell.Run("cmdlet.ps1", Module, _cmdletLog.Path, _peerLog.Path);
        _table.AddRate(
            $"cmdlet in {shell.Name}: log to events to Out-Null", _cmdletLog.Lines / seconds[0], "lines/s",
            MatchPipeline, pipelineRate, requiredRate: 1_000_000);
        _table.AddRate(
            $"cmdlet in {shell.Name}: log to events to $null", _cmdletLog.Lines / seconds[1], "lines/s",
            MatchPipeline, pipelineRate);
    }

    private void AddMemory(IEnumerable<Shell> shells)
    {
        if (!OperatingSystem.IsLinux())
        {
            Tell("Memory is measured on Linux only");
            return;
        }

        Tell("Memory");
        _table.AddMemory(
            "memory, parser: 200 MB to events",
            MemoryGrowth.Of(MeasuringProcess.Run(Environment.ProcessPath!, "memory", _longLog.Path)),
            MemoryLimitMiB);
        foreach (Shell shell in shells)
        {
            _table.AddMemory(
                $"memory, cmdlet in {shell.Name}: 200 MB to events",
                MemoryGrowth.Of(shell.Run("memory.ps1", Module, _longLog.Path)),
                MemoryLimitMiB);
        }
    }
}
