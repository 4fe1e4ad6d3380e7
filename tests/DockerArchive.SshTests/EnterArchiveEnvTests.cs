using System.Globalization;
using System.Text.RegularExpressions;
using DockerArchive.EngineTests.Cmdlets;

namespace DockerArchive.SshTests;

/// <summary>Enter-ArchiveEnv as a user sees it: the embedded host in a terminal, a guest's sshd behind it.</summary>
public sealed partial class EnterArchiveEnvTests(SshdContainer container) : IClassFixture<SshdContainer>
{
    private const string GuestPrompt = ":~#";

    /// <summary>Garbage would count as memory: by default as much may gather as the processor's cache holds.</summary>
    private const string SmallGenerations = "DOTNET_GCgen0size=0x400000";

    private static string HostProgram => Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host");

    [Fact]
    public async Task Vim_edits_a_file_in_utf8()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("LANG=C.UTF-8 vi /tmp/text");
        await terminal.SeesAsync("[New");
        terminal.Type("iGrüße, 漢字 ☃ 🐳");
        await terminal.SeesAsync("漢字 ☃");
        terminal.Press("Escape");
        terminal.TypeLine(":wq");
        await terminal.PromptAsync(GuestPrompt);

        Assert.Equal("Grüße, 漢字 ☃ 🐳\n", container.Inside("cat /tmp/text"));
    }

    [Fact]
    public async Task Top_shows_and_quits()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("top");
        await terminal.SeesAsync("load average:");
        terminal.Press("q");

        await terminal.PromptAsync(GuestPrompt);
    }

    [Fact]
    public async Task The_guest_learns_the_size_at_once_and_on_change()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("stty size");
        await terminal.SeesAsync("30 100");
        terminal.Resize(90, 25);
        terminal.TypeLine("until [ \"$(stty size)\" = '25 90' ]; do sleep 0.05; done; echo resi''zed");

        await terminal.SeesAsync("resized");
    }

    [Fact]
    public async Task Control_c_and_control_z_go_to_the_guest()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("echo 'fir'st; sleep 12345");
        await terminal.SeesAsync("first\n");
        terminal.Press("C-c");
        await terminal.PromptAsync(GuestPrompt);
        terminal.TypeLine("echo code $?");
        await terminal.SeesAsync("code 130");
        terminal.TypeLine("echo 'seco'nd; sleep 12345");
        await terminal.SeesAsync("second\n");
        terminal.Press("C-z");
        await terminal.SeesAsync("Stopped");
        terminal.TypeLine("kill %1; echo still 'her'e");

        await terminal.SeesAsync("still here");
    }

    [Fact]
    public async Task Control_d_ends_with_the_exit_code()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("(exit 5)");
        await terminal.SeesAsync("(exit 5)\nroot@");
        terminal.Press("C-d");

        await LeftWithAsync(terminal, 5);
    }

    [Fact]
    public async Task A_signal_that_ends_the_shell_is_an_exit_code()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("kill -KILL $$");

        await LeftWithAsync(terminal, 128 + 9);
    }

    [Fact]
    public async Task The_escape_key_helps_types_itself_and_ends()
    {
        using var terminal = await EnterAsync();
        terminal.Press("Enter");
        terminal.Type("~?");
        await terminal.SeesAsync("~.  end the session\n");
        terminal.TypeLine("~~");
        await terminal.SeesAsync("/root: Is a directory");
        terminal.Type("~.");

        await LeftWithAsync(terminal, 255);
        terminal.TypeLine("$Error.Count");
        await terminal.SeesAsync("$Error.Count\n0\n");
    }

    [Fact]
    public async Task Another_escape_key_or_none_may_be_chosen()
    {
        using var terminal = await EnterAsync("-EscapeChar %");
        terminal.TypeLine("~.");
        await terminal.SeesAsync("command not found");
        terminal.Type("%.");
        await LeftWithAsync(terminal, 255);
        terminal.TypeLine($"Enter-ArchiveEnv {container.Name} -EscapeChar none");
        await terminal.PromptAsync(GuestPrompt);
        terminal.TypeLine("~.;  exit 4");

        await LeftWithAsync(terminal, 4);
    }

    [Fact]
    public async Task A_command_has_a_terminal_and_an_exit_code()
    {
        using var terminal = await StartHostAsync();
        terminal.TypeLine($"Enter-ArchiveEnv {container.Name} -Command 'test -t 0 && tty; exit 7'");
        await terminal.SeesAsync("/dev/pts/");

        await LeftWithAsync(terminal, 7);
    }

    [Fact]
    public async Task Escape_sequences_arrive_as_they_are()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine(@"printf '\033]2;a title\007\033[31mred\033[m\n'");
        await terminal.SeesAsync("\nred\n");

        Assert.Contains("\e[31mred", terminal.StyledScreen, StringComparison.Ordinal);
        Assert.Equal("a title", terminal.Ask("pane_title"));
    }

    [Fact]
    public async Task A_hundred_megabytes_on_one_line_take_no_memory()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo 'warm'ed up");
        await terminal.SeesAsync("warmed up");
        var before = PeakMemoryOf(terminal);
        terminal.TypeLine("head -c 100000000 /dev/zero | tr '\\0' x; echo; echo 'do'ne");
        await terminal.SeesAsync("done");

        Assert.InRange(PeakMemoryOf(terminal) - before, 0, 32 * 1024);
    }

    [Fact]
    public async Task A_guest_that_never_answers_can_be_left()
    {
        using var terminal = await EnterAsync();
        terminal.Press("Enter");
        Cli.Run("docker", "pause", container.ContainerId);
        try
        {
            terminal.TypeLine("echo lost");
            terminal.Type("~.");

            await LeftWithAsync(terminal, 255);
        }
        finally
        {
            Cli.Run("docker", "unpause", container.ContainerId);
        }
    }

    [Fact]
    public async Task A_shell_whose_child_keeps_the_terminal_open_ends_all_the_same()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("setsid sleep 12345 & exit 3");

        await LeftWithAsync(terminal, 3);
        container.Inside("pkill -x sleep");
    }

    [Fact]
    public async Task The_terminal_is_as_before_when_the_container_is_killed()
    {
        using var killed = new SshdContainer();
        using var terminal = await StartHostAsync();
        var before = await SettingsAsync(terminal, "before");
        await StartVimAsync(terminal, $"Enter-ArchiveEnv {killed.Name} -Command 'vi +se\\ mouse=a'");
        Cli.Run("docker", "kill", killed.ContainerId);
        await terminal.SeesAsync("The connection to the guest of");

        Assert.Equal("0", terminal.Ask("alternate_on"));
        Assert.Equal("1", terminal.Ask("cursor_flag"));
        Assert.Equal("0", terminal.Ask("mouse_any_flag"));
        await LeftWithAsync(terminal, 255);
        Assert.Equal(before, await SettingsAsync(terminal, "after"));
        terminal.TypeLine("$Error[0].FullyQualifiedErrorId");
        await terminal.SeesAsync("\nGuestConnectionLost,");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task The_terminal_is_as_before_when_the_process_is_told_to_end(string signal)
    {
        using var terminal = await StartShellAsync();
        var before = await SettingsAsync(terminal, "before");
        var enter = $"Enter-ArchiveEnv {container.Name} -Command \"vi +se\\ mouse=a\"";
        await StartVimAsync(terminal, $"{HostProgram} -Command '{enter}'");
        Signal(terminal, signal);
        await terminal.PromptAsync("local>");

        Assert.Equal("0", terminal.Ask("alternate_on"));
        Assert.Equal(before, await SettingsAsync(terminal, "after"));
    }

    [Fact]
    public async Task The_guest_has_the_terminal_again_when_a_stopped_process_continues()
    {
        using var terminal = await StartShellAsync();
        await StartVimAsync(terminal, $"{HostProgram} -Command 'Enter-ArchiveEnv {container.Name} -Command vi'");
        Signal(terminal, "STOP");
        await terminal.SeesAsync("local>");

        // The stopped process leaves the terminal raw, where Enter ends no line.
        terminal.Type("stty sane");
        terminal.Press("C-j");
        await terminal.WaitAsync(_ => !IsRaw(terminal), "The shell's mode");
        terminal.TypeLine("fg");
        await terminal.WaitAsync(_ => IsRaw(terminal), "Raw mode");
        terminal.TypeLine(":q");

        await terminal.PromptAsync("local>");
    }

    [Fact]
    public async Task The_host_reads_keys_afterwards_as_before()
    {
        using var terminal = await EnterAsync();
        terminal.TypeLine("vi /tmp/other");
        await terminal.SeesAsync("[New");
        terminal.TypeLine(":q");
        await terminal.PromptAsync(GuestPrompt);
        terminal.TypeLine("exit");
        await terminal.PromptAsync(">");
        terminal.Press("Up");
        await terminal.PromptAsync($"Enter-ArchiveEnv {container.Name}");
        terminal.Press("C-c");
        await terminal.PromptAsync(">");
        terminal.TypeLine("sh -c 'echo asking; read line; echo \"<$line>\"'");
        await terminal.SeesAsync("\nasking\n");
        terminal.TypeLine("typed");

        await terminal.SeesAsync("\ntyped\n<typed>\n");
    }

    [Fact]
    public void Without_a_terminal_the_error_names_what_needs_none()
    {
        var result = container.Run($"Enter-ArchiveEnv {container.Name}");

        Assert.Equal("TerminalMissing", result.ErrorId);
        Assert.Contains("Invoke-ArchiveCommand", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wildcard_has_to_stand_for_one()
    {
        using var terminal = await StartHostAsync();
        terminal.TypeLine("Enter-ArchiveEnv nothing/*");
        await terminal.SeesAsync("'nothing/*' stands for nothing that runs");
        terminal.TypeLine("$Error[0].FullyQualifiedErrorId");
        await terminal.SeesAsync("\nEnvironmentNotUnique,");
        terminal.TypeLine($"Enter-ArchiveEnv {container.Name[..^2]}* 'exit 6'");

        await LeftWithAsync(terminal, 6);
    }

    private static async Task<TmuxTerminal> StartHostAsync()
    {
        var terminal = new TmuxTerminal($"{HostProgram} -NoLogo", $"DOCKERARCHIVE_ROOT={SshdRoot.Path}", SmallGenerations);
        await terminal.PromptAsync(">");
        return terminal;
    }

    private async Task<TmuxTerminal> EnterAsync(string options = "")
    {
        var terminal = await StartHostAsync();
        terminal.TypeLine($"Enter-ArchiveEnv {container.Name} {options}".TrimEnd());
        await terminal.PromptAsync(GuestPrompt);
        return terminal;
    }

    private static async Task LeftWithAsync(TmuxTerminal terminal, int code)
    {
        await terminal.WaitAsync(screen => PowerShellPrompt().IsMatch(screen.TrimEnd()), "PowerShell's prompt");
        terminal.TypeLine("\"left with $LASTEXITCODE\"");
        await terminal.SeesAsync($"\nleft with {code}\n");
    }

    private static async Task<TmuxTerminal> StartShellAsync()
    {
        var terminal = new TmuxTerminal("PS1='local> ' sh", $"DOCKERARCHIVE_ROOT={SshdRoot.Path}");
        await terminal.PromptAsync("local>");
        return terminal;
    }

    private static async Task StartVimAsync(TmuxTerminal terminal, string command)
    {
        terminal.TypeLine(command);
        await terminal.SeesAsync("~\n~\n");
        Assert.Equal("1", terminal.Ask("alternate_on"));
    }

    private static bool IsRaw(TmuxTerminal terminal) =>
        Cli.Run("stty", "-a", "-F", terminal.Ask("pane_tty")).Contains("-isig", StringComparison.Ordinal);

    /// <summary>Signals the host that a shell in the terminal has started.</summary>
    private static void Signal(TmuxTerminal terminal, string signal)
    {
        var shell = int.Parse(terminal.Ask("pane_pid"), CultureInfo.InvariantCulture);
        var host = Assert.Single(Cli.Processes(), p => p.Parent == shell).Id;
        Cli.Run("kill", "-s", signal, host.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The settings that programs find which are started from the prompt.</summary>
    private static async Task<string> SettingsAsync(TmuxTerminal terminal, string mark)
    {
        terminal.TypeLine($"printf '{mark}\\n'; stty -g");
        var answer = new Regex($@"\n{mark}\n([0-9a-f]+(:[0-9a-f]+)+)\n");
        return answer.Match(await terminal.WaitAsync(answer.IsMatch, "stty's answer")).Groups[1].Value;
    }

    /// <summary>In KiB.</summary>
    private static int PeakMemoryOf(TmuxTerminal terminal)
    {
        var status = File.ReadAllText($"/proc/{terminal.Ask("pane_pid")}/status");
        return int.Parse(PeakMemory().Match(status).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\nPS [^\n]*>\z")]
    private static partial Regex PowerShellPrompt();

    [GeneratedRegex(@"VmHWM:\s+(\d+)")]
    private static partial Regex PeakMemory();
}
