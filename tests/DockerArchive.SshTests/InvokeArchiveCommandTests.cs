using System.Management.Automation;

namespace DockerArchive.SshTests;

/// <summary>The cmdlet in the real engine, against Debian's sshd in a container.</summary>
public sealed class InvokeArchiveCommandTests(SshdContainer container) : IClassFixture<SshdContainer>
{
    private string Name => container.Name;

    private IEnumerable<string> Lines(string script) => container.Succeeded(script).Select(o => (string)o.BaseObject);

    [Fact]
    public void Lines_come_as_strings_that_know_their_environment()
    {
        var output = container.Succeeded($"Invoke-ArchiveCommand {Name} 'echo one; printf \"two\\r\\nthree\"'");

        Assert.Equal(["one", "two", "three"], output.Select(o => (string)o.BaseObject));
        Assert.All(output, o => Assert.Equal(Name, o.Properties["PSEnvironment"].Value));
    }

    [Fact]
    public void Standard_error_comes_as_error_records_and_the_exit_code_as_one_more()
    {
        var result = container.Run($"Invoke-ArchiveCommand {Name} 'echo out; echo err >&2; exit 3'");

        Assert.Equal("out", Assert.Single(result.Output).BaseObject);
        Assert.Equal(
            ["RemoteCommandError", "RemoteCommandFailed"], result.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal("err", result.Errors[0].Exception.Message);
        Assert.Equal($"'echo out; echo err >&2; exit 3' in '{Name}' ended with exit code 3.", result.Errors[1].Exception.Message);
        Assert.Equal(ErrorCategory.InvalidResult, result.Errors[1].CategoryInfo.Category);
    }

    [Fact]
    public void Merged_standard_error_keeps_its_place() =>
        Assert.Equal(
            ["1", "2", "3", "4"],
            Lines($"Invoke-ArchiveCommand {Name} 'echo 1; echo 2 >&2; echo 3; echo 4 >&2' -MergeError"));

    [Fact]
    public void PassThru_gives_one_object_with_both_outputs()
    {
        var result = container.Run($"Invoke-ArchiveCommand {Name} 'printf \"a\\nb\"; echo c >&2; exit 2' -PassThru");

        Assert.Equal(2, result.Property("ExitCode"));
        Assert.Equal(false, result.Property("Succeeded"));
        Assert.Equal("a\nb", result.Property("Stdout"));
        Assert.Equal("c\n", result.Property("Stderr"));
        Assert.True((TimeSpan)result.Property("Duration")! > TimeSpan.Zero);
        Assert.Equal("RemoteCommandFailed", result.ErrorId);
    }

    [Fact]
    public void A_signal_is_named()
    {
        var result = container.Run($"Invoke-ArchiveCommand {Name} 'kill -9 $$' -PassThru");

        Assert.Equal("KILL", result.Property("Signal"));
        Assert.Null(result.Property("ExitCode"));
        Assert.Equal("RemoteCommandFailed", result.ErrorId);
    }

    [Fact]
    public void Pipeline_input_goes_to_standard_input() =>
        Assert.Equal(["     1\ta", "     2\tb c"], Lines($"'a', 'b c' | Invoke-ArchiveCommand {Name} 'cat -n'"));

    [Fact]
    public void Bytes_go_as_they_are() =>
        Assert.Equal(["0001ff0a"], Lines($"Invoke-ArchiveCommand {Name} 'od -An -tx1 | tr -d \" \"' -InputObject ([byte[]](0, 1, 255, 10))"));

    [Fact]
    public void Input_and_output_stream_at_the_same_time()
    {
        var output = container.Succeeded(
            $"$seen = 0; 1..20000 | ForEach-Object {{ \"line $_ $('x' * 100)\" }} | Invoke-ArchiveCommand {Name} cat | ForEach-Object {{ $seen++ }}; $seen");

        Assert.Equal(20000, Assert.Single(output).BaseObject);
    }

    [Fact]
    public void Input_that_nobody_reads_does_not_hold_up_the_pipeline()
    {
        var result = container.Run($"1..100000 | Invoke-ArchiveCommand {Name} 'exit 5'");

        Assert.Equal("RemoteCommandFailed", result.ErrorId);
    }

    [Fact]
    public void Environments_come_through_the_pipeline()
    {
        Assert.Equal(["here"], Lines($"Get-ArchiveEnv {Name} | Invoke-ArchiveCommand -Command 'echo here'"));
        Assert.Equal(["here"], Lines($"(Get-ArchiveEnv {Name}).Instances | Invoke-ArchiveCommand -Command 'echo here'"));
        Assert.Equal(["here"], Lines($"Invoke-ArchiveCommand {Name[..^2]}* 'echo here'"));
    }

    [Fact]
    public void The_login_shell_of_the_user_runs_the_command() =>
        Assert.Equal(["bash"], Lines($"Invoke-ArchiveCommand {Name} '[[ -n $BASH_VERSION ]] && echo bash'"));

    [Fact]
    public void A_script_runs_with_its_own_interpreter_arguments_and_input()
    {
        var script = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.sh");
        File.WriteAllText(script, "#!/bin/bash -e\r\nread -r line\r\nprintf '[%s]' \"$@\"\r\necho \" $line\"\r\n[[ a == a ]] && exit 4");
        try
        {
            var result = container.Run(
                $"'input' | Invoke-ArchiveCommand {Name} -FilePath '{script}' -ArgumentList 'a b', '$x', '', \"it's\"");

            Assert.Equal("[a b][$x][][it's] input", Assert.Single(result.Output).BaseObject);
            Assert.Equal("RemoteCommandFailed", result.ErrorId);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public void Variables_and_directory_reach_the_command() =>
        Assert.Equal(
            ["a 'q' $b", "/usr/share"],
            Lines($"Invoke-ArchiveCommand {Name} 'echo \"$FOO\"; pwd' -EnvironmentVariable @{{ FOO = 'a ''q'' $b' }} -WorkingDirectory /usr/share"));

    [Theory]
    [InlineData("-EnvironmentVariable @{ 'A-B' = 1 }", "VariableInvalid")]
    [InlineData("-WorkingDirectory /nowhere", "RemoteCommandFailed")]
    public void Bad_input_is_named(string parameters, string error)
    {
        var result = container.Run($"Invoke-ArchiveCommand {Name} 'echo no' {parameters}");

        Assert.Empty(result.Output);
        Assert.Equal(error, result.Errors[^1].FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void A_script_that_is_missing_or_no_text_is_named()
    {
        Assert.Equal("ScriptUnreadable", container.Run($"Invoke-ArchiveCommand {Name} -FilePath /nowhere.sh").ErrorId);
        Assert.Equal("ScriptInvalid", container.Run($"Invoke-ArchiveCommand {Name} -FilePath '{typeof(SshdContainer).Assembly.Location}'").ErrorId);
    }

    [Fact]
    public void An_environment_that_does_not_run_is_an_error_of_its_own()
    {
        var result = container.Run($"Invoke-ArchiveCommand sshd/nowhere, {Name} 'echo here'");

        Assert.Equal("EnvironmentNotFound", result.ErrorId);
        Assert.Equal("here", Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void A_time_limit_ends_the_command()
    {
        var mark = CommandTests.Mark();

        Assert.Equal("RemoteCommandTimedOut", container.Run($"Invoke-ArchiveCommand {Name} 'sleep {mark}' -TimeoutSec 1").ErrorId);

        Assert.DoesNotContain(mark, container.Inside("ps -ef"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipeline_that_takes_no_more_ends_the_command()
    {
        var mark = CommandTests.Mark();

        var result = container.Run($"Invoke-ArchiveCommand {Name} 'yes; sleep {mark}' | ForEach-Object {{ $_; throw 'enough' }}");

        Assert.Equal("enough", Assert.Single(result.Errors).Exception.Message);
        Assert.DoesNotContain(mark, container.Inside("ps -ef"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invoke-ArchiveCommand {0} 'sleep {1}'")]
    [InlineData("& {{ 1; while ($true) {{ [System.Threading.Thread]::Sleep(20) }} }} | Invoke-ArchiveCommand {0} 'cat; sleep {1}'")]
    public async Task Stopping_the_pipeline_ends_the_command(string script)
    {
        var mark = CommandTests.Mark();
        using var powershell = container.Create(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, Name, mark));
        var running = powershell.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(() => container.Inside("ps -ef").Contains(mark, StringComparison.Ordinal), TimeSpan.FromSeconds(20)));

        await powershell.StopAsync(null, null);

        Assert.Throws<PipelineStoppedException>(() => powershell.EndInvoke(running));
        Assert.DoesNotContain(mark, container.Inside("ps -ef"), StringComparison.Ordinal);
    }

    [Fact]
    public void Runspaces_share_one_connection()
    {
        container.Succeeded($"Invoke-ArchiveCommand {Name} 'true'");
        using var other = new EngineTests.Cmdlets.ModuleRunspace();

        Assert.Empty(other.Run($"Invoke-ArchiveCommand {Name} 'true'").Errors);

        Assert.Equal("1", container.Inside("ps -ef | grep -c '[s]shd: root'").Trim());
    }

    [Fact]
    public void A_connection_that_broke_in_between_is_opened_again()
    {
        container.Succeeded($"Invoke-ArchiveCommand {Name} 'true'");
        container.Inside("kill $(pgrep -f '[s]shd: root@notty')");

        Assert.Equal(["again"], Lines($"Invoke-ArchiveCommand {Name} 'echo again'"));
    }

    [Fact]
    public void Control_sequences_stay_in_the_data_and_are_neutralised_in_errors()
    {
        var result = container.Run($"Invoke-ArchiveCommand {Name} 'printf \"\\033[31mred\\n\"; printf \"\\033]0;title\\007err\" >&2'");

        Assert.Equal("\u001b[31mred", Assert.Single(result.Output).BaseObject);
        Assert.Equal("^[]0;title^Gerr", Assert.Single(result.Errors).Exception.Message);
    }

    [Fact]
    public void A_hundred_megabytes_on_one_line_are_one_string()
    {
        Assert.Equal(
            100_000_000,
            Assert.Single(container.Succeeded($"(Invoke-ArchiveCommand {Name} 'head -c 100000000 /dev/zero | tr \"\\0\" a').Length")).BaseObject);
    }
}
