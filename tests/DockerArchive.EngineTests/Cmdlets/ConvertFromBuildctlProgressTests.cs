using System.Diagnostics;
using System.IO.Compression;
using System.Management.Automation;
using System.Text;

namespace DockerArchive.EngineTests.Cmdlets;

public sealed class ConvertFromBuildctlProgressTests : IDisposable
{
    private static readonly byte[] Hello = Recording.Get("v0.4.0", "01-hello").Stdout;
    private static readonly byte[] Fail = Recording.Get("v0.32.2", "03-fail").Stderr;

    private readonly ModuleRunspace _runspace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private RunResult Run(string script, object? value = null) => _runspace.Run(script, ("directory", _directory), ("value", value));

    private static string[] Lines(byte[] text) => Encoding.UTF8.GetString(text).TrimEnd('\n').Split('\n');

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>What the steps are, however the output came.</summary>
    private const string Outline = "ForEach-Object { foreach ($step in $_.Steps) { \"$step|$($step.State)|$($step.Duration)|$($step.Digest)|$($step.Log)|$($step.Transfers)\" } }";

    [Fact]
    public void A_file_gives_a_result_that_names_it()
    {
        var path = Write("hello.log", Hello);
        var run = Run("ConvertFrom-BuildctlProgress $value", path);

        Assert.Empty(run.Errors);
        Assert.True((bool)run.Property("Succeeded")!);
        Assert.Equal(path, run.Property("RawOutput"));
        Assert.Null(run.Property("ExitCode"));
        Assert.Equal(5, ((System.Collections.ICollection)run.Property("Steps")!).Count);
    }

    [Fact]
    public void Wildcards_give_one_result_for_each_file()
    {
        Write("a.log", Hello);
        Write("b.log", Fail);
        Write("c.txt", Fail);

        Assert.Equal(["True", "False"], Run("ConvertFrom-BuildctlProgress $directory/*.log | ForEach-Object { \"$($_.Succeeded)\" }").As<string>());
        var none = Run("ConvertFrom-BuildctlProgress $directory/*.none");
        Assert.Empty(none.Errors);
        Assert.Empty(none.Output);
    }

    [Fact]
    public void A_literal_path_is_taken_as_it_is()
    {
        Write("a[1].log", Hello);

        Assert.Single(Run("ConvertFrom-BuildctlProgress -LiteralPath $directory/a[1].log").Output);
        Assert.Empty(Run("ConvertFrom-BuildctlProgress $directory/a[1].log").Output);
    }

    public static TheoryData<string> Forms() =>
    [
        "gzip", "gzip of utf-16", "utf-8 with mark", "utf-16", "utf-16 big endian", "file object", "lines", "whole text", "bytes", "single bytes",
        "error records", "events",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_the_same_output_gives_the_same_steps(string form)
    {
        var text = Encoding.UTF8.GetString(Hello);
        var expected = Run($"ConvertFrom-BuildctlProgress $value | {Outline}", Write("plain.log", Hello)).As<string>().ToArray();
        (string script, object value) = form switch
        {
            "gzip" => ("ConvertFrom-BuildctlProgress $value", Write("x", Gzip(Hello))),
            "gzip of utf-16" => ("ConvertFrom-BuildctlProgress $value", Write("x", Gzip([0xff, 0xfe, .. Encoding.Unicode.GetBytes(text)]))),
            "utf-8 with mark" => ("ConvertFrom-BuildctlProgress $value", Write("x", [0xef, 0xbb, 0xbf, .. Hello])),
            "utf-16" => ("ConvertFrom-BuildctlProgress $value", Write("x", [0xff, 0xfe, .. Encoding.Unicode.GetBytes(text)])),
            "utf-16 big endian" => ("ConvertFrom-BuildctlProgress $value", Write("x", [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(text)])),
            "file object" => ("$value | ConvertFrom-BuildctlProgress", new FileInfo(Write("x", Hello))),
            "lines" => ("$value | ConvertFrom-BuildctlProgress", Lines(Hello)),
            "whole text" => ("$value | ConvertFrom-BuildctlProgress", text),
            "bytes" => ("ConvertFrom-BuildctlProgress -InputObject $value", Hello),
            "single bytes" => ("$value | ConvertFrom-BuildctlProgress", Hello),
            "error records" => ("$value | ConvertFrom-BuildctlProgress", Lines(Hello).Select(line =>
                new ErrorRecord(new RemoteException(line), "NativeCommandError", ErrorCategory.NotSpecified, null)).ToArray()),
            _ => ("$value | ConvertFrom-BuildctlProgress -AsEvent | ConvertFrom-BuildctlProgress", (object)Lines(Hello)),
        };

        var run = Run($"{script} | {Outline}", value);

        Assert.Empty(run.Errors);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, run.As<string>());
    }

    [Theory]
    [InlineData("v0.32.2", "untraced/21b-rawjson-fail")]
    [InlineData("v0.32.2", "03-fail")]
    [InlineData("v0.8.3", "03-fail")]
    public void Other_forms_of_progress_are_recognised_by_themselves(string version, string name)
    {
        var run = Run("$value | ConvertFrom-BuildctlProgress", Lines(Recording.Get(version, name).Stderr));

        Assert.False((bool)run.Property("Succeeded")!);
        Assert.Equal("7", run.Output[0].Properties["Error"].Value.GetType().GetProperty("ExitCode")!.GetValue(run.Property("Error"))!.ToString());
    }

    [Fact]
    public void Steps_are_given_out_one_by_one()
    {
        var run = Run("ConvertFrom-BuildctlProgress $value -AsStep | ForEach-Object Number", Write("x", Hello));

        Assert.Equal([1, 2, 3, 4, 5], run.As<int>());
    }

    [Fact]
    public void The_bytes_of_the_events_are_the_input()
    {
        var run = Run("ConvertFrom-BuildctlProgress $value -AsEvent | ForEach-Object { $_.Raw.ToArray() }", Write("x", Fail));

        Assert.Equal(Fail, run.As<byte>().ToArray());
    }

    [Fact]
    public void Each_event_comes_before_the_next_line_is_read()
    {
        string[] lines = ["#1 [1/1] RUN x", "#1 0.100 one", "#1 0.200 two", "#1 DONE 0.2s"];
        var run = Run(
            "$value | ForEach-Object { $script:read = $_; $_ } | ConvertFrom-BuildctlProgress -AsEvent | ForEach-Object { \"$script:read < $_\" }",
            lines);

        string[] told = ["[1/1] RUN x", "one", "two", "Done 0.2s"];
        Assert.Equal(lines.Zip(told, (line, text) => $"{line} < {text}"), run.As<string>());
    }

    [Fact]
    public void Output_that_breaks_off_is_incomplete()
    {
        var cut = Encoding.ASCII.GetBytes("#1 [1/2] RUN x\n#1 DONE 0.1s\n\n#2 [2/2] RUN y\n#2 0.1 still at it\n");
        var run = Run("ConvertFrom-BuildctlProgress $value", Write("x", cut));

        Assert.False((bool)run.Property("Succeeded")!);
        Assert.Null(run.Property("Error"));
        Assert.Equal("build: incomplete", run.Output[0].ToString());
        Assert.False((bool)Run("ConvertFrom-BuildctlProgress $value", Write("empty", [])).Property("Succeeded")!);
    }

    [Fact]
    public void Nothing_piped_gives_nothing()
    {
        Assert.Empty(Run("@() | ConvertFrom-BuildctlProgress").Output);
        Assert.Empty(Run("$null | ConvertFrom-BuildctlProgress").Output);
    }

    [Fact]
    public void One_file_that_is_not_there_does_not_keep_the_others_back()
    {
        var run = Run("ConvertFrom-BuildctlProgress $directory/nowhere.log, $value", Write("x", Hello));

        Assert.Equal("ProgressFileNotFound", run.ErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, run.Errors[0].CategoryInfo.Category);
        Assert.Equal($"{_directory}/nowhere.log", run.Errors[0].TargetObject.ToString());
        Assert.Single(run.Output);
        Assert.Equal("ProgressFileNotFound", Run("ConvertFrom-BuildctlProgress -LiteralPath $directory/nowhere.log").ErrorId);
    }

    [Theory]
    [InlineData("-Path")]
    [InlineData("-LiteralPath")]
    public void A_drive_that_is_not_there_does_not_keep_the_others_back(string parameter)
    {
        var run = Run($"ConvertFrom-BuildctlProgress {parameter} nodrive:build.log, $value", Write("x", Hello));

        Assert.Equal("ProgressFileNotFound", run.ErrorId);
        Assert.Single(run.Output);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error_and_what_was_read_is_kept()
    {
        Assert.Equal("ProgressFileUnreadable", Run("ConvertFrom-BuildctlProgress $directory").ErrorId);

        var packed = Gzip(Recording.Get("v0.4.0", "05-longlog").Stdout);
        packed.AsSpan(packed.Length / 2, 100).Clear();
        var run = Run("ConvertFrom-BuildctlProgress $value", Write("x.gz", packed));
        Assert.Equal("ProgressFileUnreadable", run.ErrorId);
        Assert.NotEmpty((System.Collections.ICollection)run.Property("Steps")!);
    }

    [Fact]
    public void A_path_of_another_provider_is_an_error() =>
        Assert.Equal("NotAFileSystemPath", Run("ConvertFrom-BuildctlProgress env:PATH").ErrorId);

    [Fact]
    public void An_object_that_is_no_output_is_an_error_that_names_its_type()
    {
        var run = Run("7, '#1 [1/1] RUN x' | ConvertFrom-BuildctlProgress");

        Assert.Equal("InputNotProgress", run.ErrorId);
        Assert.Contains("System.Int32", run.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Single(run.Output);
    }

    [Fact]
    public void Events_and_steps_at_once_are_refused() =>
        Assert.Equal("OutputAmbiguous", Run("'x' | ConvertFrom-BuildctlProgress -AsEvent -AsStep").ErrorId);

    [Fact]
    public void Progress_shows_steps_and_transfers_and_is_always_completed()
    {
        var clock = Stopwatch.StartNew();
        var run = Run(
            "$value | ForEach-Object { [System.Threading.Thread]::Sleep(25); $_ } | ConvertFrom-BuildctlProgress",
            Lines(Recording.Get("v0.12.4", "01-hello").Stderr));

        Assert.Empty(run.Errors);
        AssertProgress(run.Progress);
        Assert.All(run.Progress.GroupBy(record => record.ActivityId), line => Assert.InRange(line.Count(), 2, 2 + clock.ElapsedMilliseconds / 100));
        var parent = run.Progress.First(record => record.ParentActivityId < 0);
        Assert.Equal("Reading build progress", parent.Activity);
        var steps = run.Progress.Where(record => record.ParentActivityId == parent.ActivityId).ToArray();
        Assert.Contains(steps, record => record.Activity.StartsWith("#4 [1/2] FROM", StringComparison.Ordinal));
        var transfers = run.Progress.Where(record => steps.Any(step => step.ActivityId == record.ParentActivityId)).ToArray();
        Assert.Contains(transfers, record => record.StatusDescription.Contains("MB / ", StringComparison.Ordinal) && record.PercentComplete > 0);
    }

    [Fact]
    public void Progress_is_completed_when_downstream_has_enough()
    {
        var run = Run("""
            foreach ($once in 1) {
                $value | ForEach-Object { [System.Threading.Thread]::Sleep(25); $_ } | ConvertFrom-BuildctlProgress -AsEvent |
                    ForEach-Object { if ($_.Step -eq 4 -and $_.Kind -eq 'TransferUpdated') { break } }
            }
            """, Lines(Recording.Get("v0.12.4", "01-hello").Stderr));

        AssertProgress(run.Progress);
    }

    [Fact]
    public async Task Stopping_ends_the_wait_for_a_pipe_that_says_nothing()
    {
        if (OperatingSystem.IsWindows())
            return;
        var pipe = Path.Combine(_directory, "pipe");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", pipe))
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        writer.Write("#1 [1/1] RUN x\n"u8);
        writer.Flush();
        using var powershell = _runspace.Create($"ConvertFrom-BuildctlProgress '{pipe}' -AsEvent");
        var output = new PSDataCollection<PSObject>();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => told.TrySetResult();

        var running = powershell.InvokeAsync<PSObject, PSObject>(null, output);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await powershell.StopAsync(null, null).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
    }

    /// <summary>Each line of progress ends with a completed record, and shows no control characters.</summary>
    private static void AssertProgress(IReadOnlyList<ProgressRecord> records)
    {
        Assert.NotEmpty(records);
        Assert.All(records.GroupBy(record => record.ActivityId), line => Assert.Equal(ProgressRecordType.Completed, line.Last().RecordType));
        Assert.All(records, record => Assert.DoesNotContain(record.StatusDescription, char.IsControl));
    }
}
