using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using DockerArchive.EngineTests.Cmdlets;
using DockerArchive.IntegrationTests;

namespace DockerArchive.SshTests;

/// <summary>
/// Work over sessions with an older SSH.NET in another load context. The session's type stands in for Posh-SSH's; the
/// SSH.NET and the sshd are real.
/// </summary>
public sealed class PoshSshSessionTests : IDisposable
{
    private static readonly string ModulePath = Path.Combine(ModuleRunspace.Root, "tests", "DockerArchive.PoshSshStandIn", "bin");

    private static readonly Type SessionType = new StandInContext().LoadFromAssemblyPath(Path.Combine(ModulePath, "Posh-SSH", "PoshSSH.dll")).GetType("SSH.SshSession")!;

    private readonly LoopbackSshd _sshd = new();
    private readonly object _session;

    public PoshSshSessionTests() =>
        _session = OpenSession(_sshd);

    /// <summary>Opens a session of the stand-in.</summary>
    internal static object OpenSession(LoopbackSshd sshd) =>
        SessionType.GetMethod("Open")!.Invoke(null, ["127.0.0.1", sshd.Port, Environment.UserName, sshd.IdentityFile])!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Call("Disconnect");
        _sshd.Dispose();
    }

    [Fact]
    public void Its_ssh_net_is_another()
    {
        var client = (SessionType.GetField("Session")!.GetValue(_session))!.GetType().Assembly;

        Assert.Equal(2024, client.GetName().Version!.Major);
        Assert.NotEqual(typeof(Renci.SshNet.SshClient).Assembly, client);
    }

    [Fact]
    public async Task Streams_are_separate_and_the_exit_code_comes_back()
    {
        var output = await (await OpenAsync()).RunAsync("echo out; echo err >&2; exit 7", Token);

        Assert.Equal(("out\n", "err\n", 7), (output.StdoutText, output.StderrText, output.Exit.Code));
    }

    [Fact]
    public async Task A_signal_is_named() => Assert.Equal("SEGV", (await (await OpenAsync()).RunAsync("kill -SEGV $$", Token)).Exit.Signal);

    [Fact]
    public async Task Standard_input_is_streamed_to_its_end()
    {
        var stdout = new StringBuilder();
        await (await OpenAsync()).RunAsync(
            new RemoteCommand("wc -c")
            {
                Stdin = async (stream, token) =>
                {
                    for (var i = 0; i < 100; i++)
                        await stream.WriteAsync(new byte[100_000], token);
                },
                Stdout = bytes => { stdout.Append(Encoding.UTF8.GetString(bytes.Span)); return default; },
            },
            Token);

        Assert.Equal("10000000", stdout.ToString().Trim());
    }

    [Fact]
    public async Task Many_commands_share_the_connection()
    {
        var guest = await OpenAsync();

        var outputs = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => guest.RunAsync($"echo {i}", Token)));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}\n"), outputs.Select(o => o.StdoutText));
        Wait.Until(() => _sshd.Connections == 1, "the end of all connections but one");
    }

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        var mark = CommandTests.Mark();

        await CommandTests.CancelWhenItRunsAsync(await OpenAsync(), new RemoteCommand($"echo up; sleep {mark}"));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_terminal_has_its_size_and_exit_code()
    {
        using var terminal = await (await OpenAsync()).OpenTerminalAsync(null, "xterm", new TerminalSize(90, 30), Token);
        var shown = new StringBuilder();
        var reading = terminal.ReadToEndAsync(bytes => { shown.Append(Encoding.UTF8.GetString(bytes.Span)); return default; });

        await terminal.WriteAsync("stty size; exit 5\n"u8.ToArray(), Token);

        Assert.Equal(5, (await reading.WaitAsync(Token)).Code);
        Assert.Contains("30 90", shown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_session_is_told_and_works_again_when_it_is_opened_again()
    {
        Assert.Equal("1\n", (await (await OpenAsync()).RunAsync("echo 1", Token)).StdoutText);
        Call("Disconnect");

        Assert.Equal("SSHSessionClosed", Assert.Throws<ArchiveException>(() => PoshSshSession.Open(_session)).ErrorId);

        Call("Connect");
        Assert.Equal("2\n", (await (await OpenAsync()).RunAsync("echo 2", Token)).StdoutText);
    }

    [Fact]
    public async Task A_session_that_is_closed_ends_what_runs_over_it()
    {
        var guest = await OpenAsync();
        var mark = CommandTests.Mark();
        var started = new TaskCompletionSource();
        var running = guest.RunAsync(
            new RemoteCommand($"echo up; sleep {mark}") { Stdout = _ => { started.TrySetResult(); return default; } }, Token);
        await started.Task.WaitAsync(Token);

        Call("Disconnect");

        await Assert.ThrowsAsync<GuestConnectionLostException>(() => running.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("a name")]
    [InlineData(5)]
    public void What_is_no_session_is_told_so(object wrong)
    {
        var e = Assert.Throws<ArchiveException>(() => PoshSshSession.Open(wrong));

        Assert.Equal("SSHSessionInvalid", e.ErrorId);
        Assert.Contains("New-SSHSession", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-IdentityFile $key")]
    public void New_archive_ssh_session_opens_one_that_the_module_works_over(string parameters)
    {
        using var container = new SshdContainer();
        var key = Path.Combine(container.EnvironmentDirectory, "id");
        Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        container.Inside($"mkdir -p -m 700 /root/.ssh; echo '{File.ReadAllText($"{key}.pub").Trim()}' >>/root/.ssh/authorized_keys");

        var output = InProcessOfItsOwn($$"""
            $key = '{{key}}'
            $session = New-ArchiveSshSession {{container.Name}} {{parameters}}
            $session.GetType().FullName
            $session.Session.RunCommand('echo inside').Result
            try { Get-BuildkitStatus -SSHSession $session -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
            [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Renci.SshNet' }.ForEach{ $_.GetName().Version.Major } -join ' '
            """);

        Assert.Equal(
            ["SSH.SshSession", "inside", "SystemdMissing,DockerArchive.Commands.GetBuildkitStatusCommand", "2024 2026"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(l => string.Join(' ', l.Split(' ').Order(StringComparer.Ordinal))));
    }

    [Fact]
    public void Without_posh_ssh_new_archive_ssh_session_says_how_to_get_it()
    {
        using var module = new ModuleRunspace();

        var error = Assert.Single(module.Run("$env:PSModulePath = ''; New-ArchiveSshSession any").Errors);

        Assert.StartsWith("PoshSshMissing,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Install-Module Posh-SSH", error.ToString(), StringComparison.Ordinal);
    }

    private void Call(string method) => SessionType.GetMethod(method)!.Invoke(_session, null);

    private Task<GuestConnection> OpenAsync() => PoshSshSession.Open(_session).ConnectAsync(Token);

    /// <summary>The console, as the process of the tests has our SSH.NET where a user's has that of Posh-SSH.</summary>
    private static string InProcessOfItsOwn(string script)
    {
        var start = new ProcessStartInfo(Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"), ["-Command", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PSModulePath"] = ModulePath,
            },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.Result);
        return output;
    }

    private sealed class StandInContext() : AssemblyLoadContext("Posh-SSH")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var file = Path.Combine(ModulePath, "Posh-SSH", $"{assemblyName.Name}.dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }
    }
}
