using System.Diagnostics;

namespace DockerArchive.IntegrationTests;

/// <summary>The built console with the module, as a process of its own.</summary>
internal sealed class ModuleProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <param name="script">What it runs.</param>
    /// <param name="prefix">How it is started: a program with arguments, such as <c>ip netns exec x</c>.</param>
    /// <param name="dockerHost">Its DOCKER_HOST; null leaves it as it is.</param>
    public ModuleProcess(string script, string[]? prefix = null, string? dockerHost = null)
    {
        string[] words = [.. prefix ?? [], Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"), "-Command", script];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKERARCHIVE_MODULE"] = ModuleRunspace.Manifest;
        if (dockerHost is not null)
            start.Environment["DOCKER_HOST"] = dockerHost;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Ends it as by <c>kill -9</c>: it cannot clean up.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> ResultAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Wait.Patience);
        return (_process.ExitCode, (await _output).TrimEnd(), (await _error).TrimEnd());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
