using System.Diagnostics;
using System.Globalization;

namespace DockerArchive.SshTests;

/// <summary>A terminal of tmux's with a program in it, used and looked at from outside.</summary>
public sealed class TmuxTerminal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-tmux").FullName;

    /// <param name="program">Command line of the program.</param>
    /// <param name="variables">Environment variables for it, as for env(1).</param>
    public TmuxTerminal(string program, params string[] variables)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tmux"), "This needs tmux: apt-get install tmux");

        // The prompt shows the directory, and a long one would break the lines that are looked for.
        string[] session = ["new-session", "-d", "-x", "100", "-y", "30", "-c", "/", program];
        Cli.Run("env", [.. variables, "tmux", "-u", "-S", Socket, "-f", "/dev/null", .. session]);
    }

    /// <summary>The lines that are seen, without their style.</summary>
    public string Screen => Tmux("capture-pane", "-p");

    /// <summary>The lines that are seen, with escape sequences for their style.</summary>
    public string StyledScreen => Tmux("capture-pane", "-p", "-e");

    private string Socket => Path.Combine(_directory, "socket");

    /// <summary>Value of a variable of tmux's for the pane.</summary>
    public string Ask(string variable) => Tmux("display-message", "-p", $"#{{{variable}}}").Trim();

    /// <summary>Types text as it is.</summary>
    public void Type(string text) => Tmux("send-keys", "-l", text);

    /// <summary>Presses keys, by tmux's names for them.</summary>
    public void Press(params string[] keys) => Tmux(["send-keys", .. keys]);

    public void TypeLine(string text)
    {
        Type(text);
        Press("Enter");
    }

    public void Resize(int columns, int rows) => Tmux("resize-window", "-x", Text(columns), "-y", Text(rows));

    /// <summary>Waits until the last line that is seen ends so, as a prompt does.</summary>
    public Task<string> PromptAsync(string end) =>
        WaitAsync(screen => screen.TrimEnd().EndsWith(end, StringComparison.Ordinal), $"The prompt '{end}'");

    public Task<string> SeesAsync(string text) =>
        WaitAsync(screen => screen.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Waits until the screen is as it should be.</summary>
    /// <returns>The screen.</returns>
    public async Task<string> WaitAsync(Func<string, bool> isSo, string what)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var screen = Screen;
            if (isSo(screen))
                return screen;
            Assert.True(watch.Elapsed < Patience, $"{what} is not seen:\n{screen}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        Tmux("kill-server");
        Directory.Delete(_directory, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Tmux(params string[] arguments) => Cli.Run("tmux", ["-u", "-S", Socket, .. arguments]);
}
