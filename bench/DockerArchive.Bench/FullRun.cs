namespace DockerArchive.Bench;

/// <summary>Everything that <c>make bench</c> measures. It is started in the root of the repository.</summary>
internal sealed class FullRun : IDisposable
{
    private const string Module = "./DockerArchive.psd1";
    private const string RegexEvents = "generated regex, a record for each line";
    private const string RegexCounts = "generated regex on spans, counted";
    private const string MatchPipeline = "pwsh: Get-Content, ForEach-Object, -match";
    private const string ObjectPipeline = "pwsh: the same, and an object for each line";
    private const int MemoryLimitMiB = 64;

    private readonly string _directory;
    private readonly LogFile _warmupLog;
    private readonly LogFile _peerLog;
    private readonly LogFile _cmdletLog;
    private readonly LogFile _longLog;
    private readonly JournalFile _journal;
    private readonly Shell? _pwsh = Shell.FindPwsh();
    private readonly ClosingTable _table = new();

    /// <param name="directory">A place for the logs that are read, and for BenchmarkDotNet's reports.</param>
    public FullRun(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _warmupLog = new LogFile(Path.Combine(_directory, "warm-up.log"), 5_000);
        _peerLog = new LogFile(Path.Combine(_directory, "peer.log"), 50_000);
        _cmdletLog = new LogFile(Path.Combine(_directory, "cmdlet.log"), 1_000_000);
        _longLog = new LogFile(Path.Combine(_directory, "200-mb.log"), 4_780_000);
        _journal = new JournalFile(Path.Combine(_directory, "journal.json"), 100_000);
    }

    public void Start()
    {
        Tell("The parser and its peers in C#");
        ParserRun parser = ParserRun.Start(_directory);
        double[]? peerSeconds = MeasurePeer();
        AddPipelines(parser, peerSeconds);
        AddParser(parser, ProgressInput.Log);
        AddParser(parser, ProgressInput.Mixed);
        Shell[] shells = [new Shell("the embedded host", "out/host/pwsh-host"), .. _pwsh is null ? [] : new[] { _pwsh }];
        foreach (Shell shell in shells)
            AddCmdlet(shell, _peerLog.Lines / peerSeconds?[0]);
        AddJournal();
        AddMemory(shells);
        Console.WriteLine();
        Console.WriteLine(parser.Environment);
        Console.WriteLine(_table);
    }

    public void Dispose()
    {
        _warmupLog.Dispose();
        _peerLog.Dispose();
        _cmdletLog.Dispose();
        _longLog.Dispose();
        _journal.Dispose();
    }

    private static void Tell(string step) => Console.WriteLine($"==> {step}");

    private double[]? MeasurePeer()
    {
        if (_pwsh is null)
        {
            Tell("No pwsh on PATH: its pipeline is not measured");
            return null;
        }

        Tell("The peer in pwsh");
        return _pwsh.Run("peer.ps1", [_peerLog.Path, _warmupLog.Path]);
    }

    private void AddPipelines(ParserRun parser, double[]? seconds)
    {
        double events = parser.Rate(ProgressInput.Log, nameof(ProgressBenchmarks.Events));
        double tokens = parser.Rate(ProgressInput.Log, nameof(ProgressBenchmarks.Tokens));
        double megabytes = _peerLog.Length / 1e6;
        // Like is compared with like: what counts with what counts, objects with objects.
        _table.AddRate("log: tokens, counted", tokens, "MB/s", MatchPipeline, megabytes / seconds?[0], requiredRatio: 200);
        _table.AddRate("log: events", events, "MB/s", ObjectPipeline, megabytes / seconds?[1], requiredRatio: 200);
        _table.AddRate("log: events", events, "MB/s", MatchPipeline, megabytes / seconds?[0]);
    }

    private void AddParser(ParserRun parser, string input)
    {
        double Rate(string method) => parser.Rate(input, method);
        bool isLog = input == ProgressInput.Log;
        double regex = Rate(nameof(ProgressBenchmarks.RegexEvents));
        _table.AddRate(
            $"{input}: events", Rate(nameof(ProgressBenchmarks.Events)), "MB/s",
            RegexEvents, regex, requiredRatio: isLog ? 5 : null);
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
        double[] seconds = shell.Run(
            "cmdlet.ps1", [Module, _cmdletLog.Path, _peerLog.Path], MeasuringProcess.EagerTiering);
        _table.AddRate(
            $"cmdlet in {shell.Name}: events to Out-Null", _cmdletLog.Lines / seconds[0], "lines/s",
            MatchPipeline, pipelineRate, requiredRate: 1_000_000);
        _table.AddRate(
            $"cmdlet in {shell.Name}: events to $null", _cmdletLog.Lines / seconds[1], "lines/s",
            MatchPipeline, pipelineRate);
    }

    private void AddJournal()
    {
        if (_pwsh is null)
            return;
        Tell("The journal in pwsh");
        double[] seconds = _pwsh.Run("journal.ps1", [Module, _journal.Path], MeasuringProcess.EagerTiering);
        _table.AddRate(
            "journal: JSON to entries", _journal.Entries / seconds[0], "entries/s",
            "pwsh: Get-Content, ConvertFrom-Json", _journal.Entries / seconds[1], requiredRatio: 20);
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
            MemoryGrowth.Of(MeasuringProcess.Run(Environment.ProcessPath!, ["memory", _longLog.Path], MeasuringProcess.SmallGenerations)),
            MemoryLimitMiB);
        foreach (Shell shell in shells)
        {
            _table.AddMemory(
                $"memory, cmdlet in {shell.Name}: 200 MB to events",
                MemoryGrowth.Of(shell.Run("memory.ps1", [Module, $"ConvertFrom-BuildctlProgress -Path '{_longLog.Path}' -AsEvent"], MeasuringProcess.SmallGenerations)),
                MemoryLimitMiB);
            _table.AddMemory(
                $"memory, journal in {shell.Name}: {_journal.Entries:N0} entries of JSON",
                MemoryGrowth.Of(shell.Run("memory.ps1", [Module, $"ConvertFrom-BuildkitLog -Path '{_journal.Path}'"], MeasuringProcess.SmallGenerations)),
                MemoryLimitMiB);
        }
    }
}
