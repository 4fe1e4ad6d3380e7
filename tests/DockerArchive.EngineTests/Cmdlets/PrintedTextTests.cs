using System.IO.Compression;
using System.Management.Automation;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>ConvertFrom-SystemdStatus, ConvertFrom-BuildkitLog, and -Local where there is no systemd.</summary>
public sealed class PrintedTextTests : IDisposable
{
    private static readonly string Data = Path.Combine(ModuleRunspace.Root, "tests", "data");
    private static readonly string Page = Path.Combine(Data, "guest", "seed-buildkit-v0.4.0.md");
    private static readonly string Json = Path.Combine(Data, "guest", "systemd-252_buildkit-v0.4.0", "01-running.journal.json");
    private static readonly string Log = Path.Combine(Data, "buildkitd", "v0.4.0.log");

    private readonly ModuleRunspace _module = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public void Dispose()
    {
        _module.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private IReadOnlyList<PSObject> Succeeded(string script)
    {
        var run = _module.Run(script, ("page", Page), ("json", Json), ("log", Log), ("directory", _directory));
        Assert.Empty(run.Errors);
        return run.Output;
    }

    private string[] Texts(string script) => [.. Succeeded(script).Select(o => $"{o}")];

    [Fact]
    public void The_seeds_page_parses_whole()
    {
        Assert.Equal(
            [
                "buildkit.service", "BuildKit", "Loaded", "/usr/local/lib/systemd/system/buildkit.service", "enabled", "enabled", "Active", "running",
                "08/27/2025 02:21:03 +00:00", "buildkit.socket", "https://github.com/moby/buildkit", "272", "10", "2335",
                "/system.slice/buildkit.service", "272 /usr/local/bin/buildkitd", "7", "oci", "linux/amd64",
            ],
            Texts("""
                $status = ConvertFrom-SystemdStatus $page
                $unit = $status.Unit
                $unit.Id, $unit.Description, $unit.LoadState, $unit.FragmentPath, $unit.UnitFileState, $unit.Preset, $unit.ActiveState, $unit.SubState
                $unit.Since, $unit.TriggeredBy, $unit.Documentation, $unit.MainPid, $unit.Tasks, $unit.TasksLimit, $unit.ControlGroup
                $unit.Processes | ForEach-Object { "$($_.Pid) $($_.CommandLine)" }
                $status.Journal.Count
                $status.Journal[2].Attributes.labels['org.mobyproject.buildkit.worker.executor'], $status.Journal[2].Attributes.platforms
                """));
    }

    [Theory]
    [InlineData("$text | ConvertFrom-SystemdStatus")]
    [InlineData("$text -split \"`n\" | ConvertFrom-SystemdStatus")]
    [InlineData(", [Text.Encoding]::UTF8.GetBytes($text) | ConvertFrom-SystemdStatus")]
    [InlineData("[IO.FileInfo]$page | ConvertFrom-SystemdStatus")]
    [InlineData("ConvertFrom-SystemdStatus -LiteralPath $page")]
    [InlineData("ConvertFrom-SystemdStatus \"$directory/*.gz\"")]
    public void A_status_is_the_same_however_it_comes(string script)
    {
        using (var packed = new GZipStream(File.Create(Path.Combine(_directory, "page.gz")), CompressionLevel.Fastest))
            packed.Write(File.ReadAllBytes(Page));
        var status = Assert.Single(Succeeded($"$text = [IO.File]::ReadAllText($page); {script}"));

        Assert.Equal(["7", "buildkit.service"], _module.Run("$it.Journal.Count; $it.Unit.Id", ("it", status)).Output.Select(o => $"{o}"));
    }

    [Fact]
    public void A_year_that_is_not_there_is_that_of_the_file()
    {
        var path = Path.Combine(_directory, "log");
        File.WriteAllText(path, "Dec 31 23:59:59 vm buildkitd[1]: last year\nJan  1 00:00:01 vm buildkitd[1]: this year\n");
        File.SetLastWriteTimeUtc(path, new DateTime(2021, 1, 1, 12, 0, 0, DateTimeKind.Utc));

        Assert.Equal(["2020", "2021"], Texts("ConvertFrom-BuildkitLog \"$directory/log\" | ForEach-Object { $_.Time.Year }"));
        Assert.Equal(
            ["2020-12-31T22:59:59"],
            Texts("(ConvertFrom-BuildkitLog \"$directory/log\" -TimeZone Europe/Berlin)[0].Time.ToString('s')"));
    }

    [Fact]
    public void A_journal_as_JSON_has_all_its_fields_and_order_also_among_other_lines()
    {
        var lines = File.ReadAllLines(Json);
        File.WriteAllText(Path.Combine(_directory, "mixed"), $"before\n{lines[0]}\nbetween\n{lines[1]}\r\n{lines[2]}");
        var entries = Succeeded("ConvertFrom-BuildkitLog \"$directory/mixed\"");

        Assert.Equal(5, entries.Count);
        Assert.Equal(["before", "between"], new[] { entries[0], entries[2] }.Select(e => e.Properties["Message"].Value));
        Assert.All(new[] { entries[1], entries[3], entries[4] }, e => Assert.StartsWith("s=", (string)e.Properties["Cursor"].Value, StringComparison.Ordinal));
        Assert.Equal(lines.Length, Succeeded("ConvertFrom-BuildkitLog $json").Count);
    }

    [Fact]
    public void Entries_are_given_out_as_they_are_read() => Assert.Equal(
        ["in 1", "in 2", "out 1", "in 3", "out 2", "out 3"],
        Texts("& { foreach ($i in 1..3) { \"in $i\" | ForEach-Object { $script:seen += @($_) }; \"level=info msg=`\"out $i`\"\" } } | ConvertFrom-BuildkitLog | ForEach-Object { $script:seen += @($_.LogMessage) }; $seen"));

    [Fact]
    public void A_line_of_100_MB_is_one_entry()
    {
        var path = Path.Combine(_directory, "long");
        using (var file = File.CreateText(path))
        {
            for (var i = 0; i < 100; i++)
                file.Write(new string('x', 1_000_000));
        }

        Assert.Equal(["100000000"], Texts("(ConvertFrom-BuildkitLog \"$directory/long\").Message.Length"));
    }

    [Fact]
    public void A_status_without_end_is_an_error_and_the_other_files_are_still_read()
    {
        var path = Path.Combine(_directory, "1-endless");
        using (var file = File.OpenWrite(path))
            file.SetLength(100_000_000);
        File.WriteAllText(Path.Combine(_directory, "2-short"), "● one.service - One\n     Active: active (running)\n");

        var result = _module.Run("ConvertFrom-SystemdStatus $directory/*", ("directory", _directory));

        Assert.Equal("StatusTooLong", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(path, result.Errors[0].TargetObject);
        Assert.Single(result.Output);
        Assert.Equal("StatusTooLong", _module.Run("$bytes = [IO.File]::ReadAllBytes($path); , $bytes | ConvertFrom-SystemdStatus", ("path", path)).ErrorId);
    }

    [Theory]
    [InlineData("'nothing' | ConvertFrom-SystemdStatus", "NoStatusFound")]
    [InlineData("ConvertFrom-SystemdStatus $directory/none", "StatusFileNotFound")]
    [InlineData("ConvertFrom-SystemdStatus $directory", "StatusFileUnreadable")]
    [InlineData("42 | ConvertFrom-SystemdStatus", "InputNotStatus")]
    [InlineData("ConvertFrom-BuildkitLog $directory/none", "LogFileNotFound")]
    [InlineData("ConvertFrom-BuildkitLog $directory", "LogFileUnreadable")]
    [InlineData("42 | ConvertFrom-BuildkitLog", "InputNotLog")]
    [InlineData("'x' | ConvertFrom-BuildkitLog -TimeZone Nowhere/None", "TimeZoneUnknown")]
    [InlineData("ConvertFrom-BuildkitLog Env:/PATH", "NotAFileSystemPath")]
    public void What_cannot_be_read_is_an_error(string script, string id) =>
        Assert.Equal(id, _module.Run(script, ("directory", _directory)).Errors[0].FullyQualifiedErrorId.Split(',')[0]);

    [Theory]
    [InlineData("Get-BuildkitStatus -Local", "SystemdMissing")]
    [InlineData("Get-BuildkitStatus -Local -Unit 'a b'", "UnitNameInvalid")]
    [InlineData("Get-BuildkitWorker -Local", "BuildctlMissing")]
    [InlineData("Get-BuildkitDiskUsage -Local", "BuildctlMissing")]
    [InlineData("Clear-BuildkitCache -Local -KeepDuration -1", "KeepDurationInvalid")]
    public void This_machine_without_systemd_and_BuildKit_says_so(string script, string id)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Directory.Exists("/run/systemd/system") || File.Exists("/usr/local/bin/buildctl"), "This machine has systemd or BuildKit.");

        Assert.Equal(id, _module.Run(script).ErrorId);
    }

    [Fact]
    public void Usual_values_complete()
    {
        Assert.Contains("Europe/Berlin", Texts("[System.Management.Automation.CommandCompletion]::CompleteInput('ConvertFrom-BuildkitLog -TimeZone europe/b', 39, $null).CompletionMatches | ForEach-Object CompletionText"));
        Assert.Equal(["0"], Texts("[System.Management.Automation.CommandCompletion]::CompleteInput('Get-BuildkitJournal x -Boot 0', 29, $null).CompletionMatches | ForEach-Object CompletionText"));
        Assert.Equal(["buildkit", "buildkit.socket"], Texts("[System.Management.Automation.CommandCompletion]::CompleteInput('Get-BuildkitStatus x -Unit bu', 29, $null).CompletionMatches | ForEach-Object CompletionText"));
    }
}
