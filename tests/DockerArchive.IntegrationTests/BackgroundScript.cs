namespace DockerArchive.IntegrationTests;

/// <summary>A script that runs in a runspace of its own while the test does something else.</summary>
internal sealed class BackgroundScript : IDisposable
{
    private readonly ModuleRunspace _module = new();
    private readonly Task<RunResult> _running;

    /// <param name="root">What the script knows as <c>$root</c>.</param>
    /// <param name="script">The script.</param>
    public BackgroundScript(string root, string script) => _running = Task.Run(() => _module.Run(script, ("root", root)));

    public bool HasEnded => _running.IsCompleted;

    /// <summary>Waits for its end.</summary>
    public async Task<RunResult> ResultAsync() => await _running.WaitAsync(Wait.Patience, TestContext.Current.CancellationToken);

    public void Dispose() => _module.Dispose();
}
