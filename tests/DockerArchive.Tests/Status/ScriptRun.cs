using System.Diagnostics;
using System.Runtime.Versioning;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Status;

/// <summary>
/// Runs the status script with this machine's shells. The guest is a temporary directory: commands are put in front of
/// PATH, and the paths that the script looks at lead into it.
/// </summary>
internal sealed class ScriptRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("status-script-").FullName;

    public ScriptRun()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The script runs in Linux guests.");
        Directory.CreateDirectory(Path.Combine(_root, "bin"));
    }

    public string Token { get; } = GuestStatusScript.NewToken();

    public static TheoryData<string> Shells => ["sh", "dash", "bash", "busybox"];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public void BootSystemd() => Directory.CreateDirectory(Path.Combine(_root, "systemd"));

    public void AddControlGroup(string path, params int[] pids)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "cgroup" + path)).FullName;
        File.WriteAllText(Path.Combine(directory, "cgroup.procs"), string.Concat(pids.Select(pid => $"{pid}\n")));
    }

    [SupportedOSPlatform("linux")]
    public void AddCommand(string name, string script)
    {
        var path = Path.Combine(_root, "bin", name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    [SupportedOSPlatform("linux")]
    public void AddCommand(string name, byte[] output, string condition = "")
    {
        var content = Path.Combine(_root, name + Guid.NewGuid());
        File.WriteAllBytes(content, output);
        AddCommand(name, $"{condition}\ncat '{content}'");
    }

    /// <summary>Names of the commands that were run, if they were added to note that.</summary>
    public string[] Noted()
    {
        var file = Path.Combine(_root, "noted");
        string[] names = File.Exists(file) ? File.ReadAllLines(file) : [];
        File.Delete(file);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    [SupportedOSPlatform("linux")]
    public void AddNotedCommand(string name, byte[] output) => AddCommand(name, output, $"echo {name} >>'{Path.Combine(_root, "noted")}'");

    public byte[] Run(string shell, string unit = "buildkit", GuestStatusReport? earlier = null, bool asksDaemon = true)
    {
        var text = GuestStatusScript.Text
            .Replace("/run/systemd/system", Path.Combine(_root, "systemd"), StringComparison.Ordinal)
            .Replace("/run/buildkit", Path.Combine(_root, "run"), StringComparison.Ordinal)
            .Replace("/sys/fs/cgroup", Path.Combine(_root, "cgroup"), StringComparison.Ordinal);
        return RunUnchanged(shell, text, GuestStatusScript.Question(Token, unit, earlier: earlier, asksDaemon: asksDaemon));
    }

    public byte[] RunUnchanged(string shell, string text, string questions)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        if (!Array.Exists(path.Split(':'), directory => File.Exists(Path.Combine(directory, shell))))
            Assert.Skip($"There is no {shell} here.");
        var start = new ProcessStartInfo(shell) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (shell == "busybox")
            start.ArgumentList.Add("sh");
        foreach (var word in (string[])["-c", text, "sh", GuestStatusScript.Properties])
            start.ArgumentList.Add(word);
        start.Environment["PATH"] = Path.Combine(_root, "bin") + ":" + path;

        using var process = Process.Start(start)!;
        process.StandardInput.Write(questions);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {error.Result}");
        return output.ToArray();
    }
}
