using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using DockerArchive.EngineTests.Cmdlets;

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
        _session = SessionType.GetMethod("Open")!.Invoke(null, ["127.0.0.1", _sshd.Port, Environment.UserName, _sshd.IdentityFile])!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Call("Disconnect");
        _sshd.Dispose();
    }

    [Fact]
    public void ItsSshNetIsAnother()
    {
        var client = (SessionType.GetField("Session")!.GetValue(_session))!.GetType().Assembly;

        Assert.Equal(2024, client.GetName().Version!.Major);
        Assert.NotEqual(typeof(Renci.SshNet.SshClient).Assembly, client);
    }

    [Fact]
    public async Task StreamsAreSeparateAndTheExitCodeComesBack()
    {
        var output = await (await OpenAsync()).RunAsync("echo out; echo err >&2; exit 7", Token);

        Assert.Equal(("out\n", "err\n", 7), (output.StdoutText, output.StderrText, output.Exit.Code));
    }

    [Fact]
    public async Task ASignalIsNamed() => Assert.Equal("SEGV", (await (await OpenAsync()).RunAsync("kill -SEGV $$", Token)).Exit.Signal);

    [Fact]
    public async Task StandardInputIsStreamedToItsEnd()
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
    public async Task ManyCommandsShareTheConnection()
    {
        var guest = await OpenAsync();

        var outputs = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => guest.RunAsync($"echo {i}", Token)));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}\n"), outputs.Select(o => o.StdoutText));
        Assert.Single(Cli.Processes(), p => p.Parent == _sshd.ProcessId);
    }

    [Fact]
    public async Task CancellingLeavesNothing()
    {
        var mark = CommandTests.Mark();

        await CommandTests.CancelWhenItRunsAsync(await OpenAsync(), new RemoteCommand($"echo up; sleep {mark}"));

        Assert.Empty(await Cli.LeftAsync(mark, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task AReaderThatStopsStopsTheWriter()
    {
        var first = new TaskCompletionSource();
        var resume = new TaskCompletionSource();
        long received = 0;
        var running = (await OpenAsync()).RunAsync(
            new RemoteCommand("head -c 200000000 /dev/zero")
            {
                Stdout = async bytes =>
                {
                    received += bytes.Length;
                    first.TrySetResult();
                    await resume.Task;
                },
            },
            Token);
        await first.Task.WaitAsync(Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        resume.SetResult();

        Assert.Equal((0, 200_000_000), ((await running).Code, received));
        Assert.InRange(grown, long.MinValue, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task ATerminalHasItsSizeAndExitCode()
    {
        using var terminal = await (await OpenAsync()).OpenTerminalAsync(null, "xterm", new TerminalSize(90, 30), Token);
        var shown = new StringBuilder();
        var reading = terminal.ReadToEndAsync(bytes => { shown.Append(Encoding.UTF8.GetString(bytes.Span)); return default; });

        await terminal.WriteAsync("stty size; exit 5\n"u8.ToArray(), Token);

        Assert.Equal(5, (await reading.WaitAsync(Token)).Code);
        Assert.Contains("30 90", shown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClosedSessionIsToldAndWorksAgainWhenItIsOpenedAgain()
    {
        Assert.Equal("1\n", (await (await OpenAsync()).RunAsync("echo 1", Token)).StdoutText);
        Call("Disconnect");

        Assert.Equal("SSHSessionClosed", Assert.Throws<ArchiveException>(() => PoshSshSession.Open(_session)).ErrorId);

        Call("Connect");
        Assert.Equal("2\n", (await (await OpenAsync()).RunAsync("echo 2", Token)).StdoutText);
    }

    [Theory]
    [InlineData("a name")]
    [InlineData(5)]
    public void WhatIsNoSessionIsToldSo(object wrong)
    {
        var e = Assert.Throws<ArchiveException>(() => PoshSshSession.Open(wrong));

        Assert.Equal("SSHSessionInvalid", e.ErrorId);
        Assert.Contains("New-SSHSession", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-IdentityFile $key")]
    public void NewArchiveSshSessionOpensOneThatTheModuleWorksOver(string parameters)
    {
        using var container = new SshdContainer();
        var key = Path.Combine(container.EnvironmentDirectory, "id");
        Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        container.Inside($"mkdir -p -m 700 /root/.ssh; echo '{File.ReadAllText($"{key}.pub").Trim()}' >>/root/.ssh/authorized_keys");

        var output = InProcessOfItsOwn(container, $$"""
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
    public void WithoutPoshSshNewArchiveSshSessionSaysHowToGetIt()
    {
        using var module = new ModuleRunspace();

        var error = Assert.Single(module.Run("$env:PSModulePath = ''; New-ArchiveSshSession any").Errors);

        Assert.StartsWith("PoshSshMissing,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Install-Module Posh-SSH", error.ToString(), StringComparison.Ordinal);
    }

    private void Call(string method) => SessionType.GetMethod(method)!.Invoke(_session, null);

    private Task<GuestConnection> OpenAsync() => PoshSshSession.Open(_session).ConnectAsync(Token);

    /// <summary>The console, as the process of the tests has our SSH.NET where a user's has that of Posh-SSH.</summary>
    private static string InProcessOfItsOwn(SshdContainer container, string script)
    {
        var start = new ProcessStartInfo(Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"), ["-Command", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PSModulePath"] = ModulePath,
                ["DOCKERARCHIVE_ROOT"] = Path.GetFullPath("../..", container.EnvironmentDirectory),
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
