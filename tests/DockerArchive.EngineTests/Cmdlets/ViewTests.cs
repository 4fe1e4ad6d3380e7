using DockerArchive.EngineTests.Host;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>What the module's objects look like in the console, redirected.</summary>
public class ViewTests
{
    private static async Task<string> Show(string script)
    {
        var result = await HostProcess.RunWithModule(ModuleRunspace.Root, "-NoProfile", "-Command", script);
        Assert.Equal("", result.Error);
        return result.Output.ReplaceLineEndings("\n");
    }

    private const string Parse = """
        $tracker = [DockerArchive.Buildkit.BuildTracker]::new()
        $parser = [DockerArchive.Buildkit.ProgressParser]::new($tracker)
        $parser.Write([System.Text.Encoding]::UTF8.GetBytes($text))
        $parser.Complete()
        $result = $tracker.ToResult(1)
        """;

    [Fact]
    public async Task Steps_are_a_table_with_state_duration_and_name()
    {
        var text = await Show(
            "$text = \"`n#5 [2/2] RUN echo 1`n#5 0.096 1`n#5 DONE 12.4s`n`n#6 [3/3] RUN false`n#6 ERROR: exit code: 7`n\"\n"
            + Parse + "\n$result.Steps");

        Assert.Contains("#", text, StringComparison.Ordinal);
        Assert.Matches(@"\n +5 Done +12\.4s +1 \[2/2\] RUN echo 1 *\n", text);
        Assert.Matches(@"\n +6 Failed +0 \[3/3\] RUN false *\n", text);
    }

    [Fact]
    public async Task Control_sequences_of_a_build_are_shown_and_not_obeyed()
    {
        var text = await Show(
            "$text = \"#5 [2/2] RUN x`n#5 0.096 $([char]27)[2Jgone`n#5 DONE 0.1s`n\"\n" + Parse + "\n$result.Steps[0].Log");

        Assert.Contains("^[[2Jgone", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_tells_success_steps_and_error_first()
    {
        var text = await Show("$text = \"#5 [2/2] RUN x`n#5 ERROR: exit code: 7`n\"\n" + Parse + "\n$result");

        Assert.Matches(@"Result +: failed, exit code 1", text);
        Assert.Matches(@"Steps +: 1, 0 of them cached", text);
    }

    [Fact]
    public async Task A_build_that_breaks_off_is_incomplete()
    {
        var text = await Show("'#5 [2/2] RUN x' | ConvertFrom-BuildctlProgress");

        Assert.Matches(@"Result +: incomplete", text);
        Assert.DoesNotContain("Command", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_name_rule_file_and_line()
    {
        var text = await Show(
            "('#5 [1/1] RUN x', '#5 WARN: JSONArgsRecommended: JSON arguments recommended (line 3)', \"#5 WARN: odd $([char]27)[2J\" | ConvertFrom-BuildctlProgress).Warnings");

        Assert.Matches(@"Step +Rule +Where +Message", text);
        Assert.Matches(@"\n +5 JSONArgsRecommended +line 3 +JSON arguments recommended *\n", text);
        Assert.Contains("odd ^[[2J", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transfers_have_sizes_for_people()
    {
        var text = await Show("('#4 FROM x', '#4 sha256:00 12.43MB / 49.88MB 1.2s' | ConvertFrom-BuildctlProgress -AsStep).Transfers");

        Assert.Matches(@"sha256:00 +12\.43MB +49\.88MB +1\.2s +False", text);
    }

    [Theory]
    [InlineData("$build", "broke ^[]0;title")]
    [InlineData("$build.Steps", "RUN ^[[2J")]
    [InlineData("$build.Error", "broke ^[]0;title")]
    public async Task Names_and_errors_show_control_characters(string shown, string expected)
    {
        var text = await Show($$"""
            $esc = [char]27
            $build = "#5 [1/1] RUN $($esc)[2J", "#5 ERROR: broke $($esc)]0;title" | ConvertFrom-BuildctlProgress
            {{shown}}
            """);

        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_is_lines_of_time_level_message_and_values()
    {
        var text = await Show(
            "'time=\"2026-01-02T03:04:05Z\" level=error msg=\"bad $([char]27)[2J\\nsecond\" path=/x list=\"[a b]\"' -replace '\\$\\(.*?\\)27\\)', [char]27 | ConvertFrom-BuildkitLog");

        Assert.Contains("2026-01-02 03:04:05.000 error   bad", text, StringComparison.Ordinal);
        Assert.Contains("\n    second path=/x list=a b", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_was_pasted_is_a_block_with_its_journal()
    {
        var text = await Show($"ConvertFrom-SystemdStatus '{ModuleRunspace.Root}/tests/data/guest/seed-buildkit-v0.4.0.md'");

        Assert.Contains("● buildkit.service: BuildKit", text, StringComparison.Ordinal);
        Assert.Contains("Active: active (running) since 2025-08-27 02:21:03", text, StringComparison.Ordinal);
        Assert.Contains("└─272 /usr/local/bin/buildkitd\n\n02:21:03 systemd[1]: Started BuildKit.", text, StringComparison.Ordinal);
        Assert.Contains("running server on /run/buildkit/buildkitd.sock", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$usage", @"\nId +Size +Type +Last used +Description\n(.*\n)+.*105 records, 265\.39MB, reclaimable 265\.39MB")]
    [InlineData("$usage.Records[2]", @"kz52f4nfurw2yg8kt8xhdy0da +20\.00MB regular .*\[2/3\] COPY")]
    public async Task The_cache_is_a_table_with_sizes_for_people_and_a_total(string shown, string expected)
    {
        var text = await Show(
            $"$usage = $null; $null = [DockerArchive.Buildkit.BuildctlDiskUsage]::TryParse([IO.File]::ReadAllText('{ModuleRunspace.Root}/tests/data/buildctl/v0.12.4/22-du-v.stdout'), [ref]$usage)\n" + shown);

        Assert.Matches(expected, text);
    }

    [Theory]
    [InlineData("Target = 'a/b:x_v1'; Id = 'sha256:0123456789abcdef'; Size = 2500; Published = $published; IsPublished = $true", @"\n +Environment: e\n(.*\n)+Ctr +0123456789ab +2\.50kB +ab\^\[\[2J +a/b:x → …_v1")]
    [InlineData("Target = 'a/b:x_v1'; LeadsElsewhere = $true; IsPublished = $false", @"\nCtr +no +a/b:x leads elsewhere")]
    [InlineData("Target = 'a/b:v1'", @"\nCtr +a/b:x → v1")]
    [InlineData("Size = 2500", @"\nCtr +2\.50kB +a/b:x *\n")]
    public async Task A_name_of_an_image_is_told_with_what_is_under_it(string properties, string expected)
    {
        var text = await Show(
            "$published = [DockerArchive.Catalog.PublishedImage]@{ Reference = 'x'; Digest = \"sha256:ab$([char]27)[2J\"; Size = 1 }\n"
            + $"[DockerArchive.Catalog.ArchiveImage]@{{ Environment = 'e'; Stage = 'Ctr'; Reference = 'a/b:x'; {properties} }}");

        Assert.Matches(expected, text);
    }

    [Fact]
    public async Task A_push_is_told_with_its_result_and_digest()
    {
        var text = await Show(
            "foreach ($before in $true, $false) { [DockerArchive.Catalog.PushedImage]@{ Environment = 'e'; Stage = 'Dqd'; Reference = 'a/b:x'; Digest = 'sha256:0123456789abcdef'; Size = 2500; UpToDate = $before; Duration = [TimeSpan]::FromSeconds(1) } }");

        Assert.Matches(@"\nDqd +up to date +1\.0s +2\.50kB 0123456789ab a/b:x *\nDqd +pushed +1\.0s", text);
    }
}
