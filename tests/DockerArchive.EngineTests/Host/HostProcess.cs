using System.Diagnostics;
using System.Text;

namespace DockerArchive.EngineTests.Host;

public sealed record HostResult(int ExitCode, string Output, string Error);

/// <summary>The console as a process, as its users start it.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private HostProcess(ProcessStartInfo start, string input)
    {
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    public static string Executable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "pwsh-host.exe" : "pwsh-host");

    public static Task<HostResult> Run(TestModule module, params string[] arguments) =>
        RunWithInput(module, "", arguments);

    public static async Task<HostResult> RunWithInput(TestModule module, string input, params string[] arguments)
    {
        using var host = new HostProcess(StartInfo(module.Directory, Executable, arguments), input);
        return await host.Result();
    }

    public static async Task<HostResult> RunWithModule(string module, params string[] arguments)
    {
        using var host = new HostProcess(StartInfo(module, Executable, arguments), "");
        return await host.Result();
    }

    /// <summary>Runs with a terminal of its own, which script(1) makes; standard error goes there too.</summary>
    public static async Task<HostResult> RunOnTerminal(TestModule module, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This needs script(1) of util-linux.");
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "This needs script(1) of util-linux.");
        var command = string.Join(' ', arguments.Prepend(Executable).Select(argument => $"'{argument}'"));
        var start = StartInfo(
            module.Directory, "/usr/bin/script", "--quiet", "--return", "--command", command, "/dev/null");
        start.Environment["TERM"] = "xterm-256color";
        using var host = new HostProcess(start, "");
        return await host.Result();
    }

    public static HostProcess Start(TestModule module, params string[] arguments) =>
        new(StartInfo(module.Directory, Executable, arguments), "");

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<HostResult> Result()
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        giveUp.CancelAfter(Patience);
        await _process.WaitForExitAsync(giveUp.Token);
        return new HostResult(_process.ExitCode, await _output, await _error);
    }

    public static async Task WaitForFile(string path)
    {
        for (var waited = Stopwatch.StartNew(); !File.Exists(path);)
        {
            Assert.True(waited.Elapsed < Patience, $"'{path}' was not written.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string module, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["DOCKERARCHIVE_MODULE"] = module;
        start.Environment.Remove("NO_COLOR");
        return start;
    }
}
