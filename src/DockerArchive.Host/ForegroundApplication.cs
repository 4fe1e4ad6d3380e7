using System.Globalization;
using System.Runtime.InteropServices;

namespace DockerArchive.Host;

/// <summary>The native command that has the terminal while the pipeline waits for it.</summary>
/// <remarks>
/// Stopping a pipeline leaves such a command alone: the engine counts on the terminal, which sends Ctrl+C to the whole
/// process group. A SIGTERM comes to this process only, and without passing it on we would wait for the command's own
/// end. The engine keeps its process to itself, so it is known as the child that was not there before.
/// </remarks>
internal sealed class ForegroundApplication
{
    private readonly Lock _lock = new();
    private HashSet<int> _childrenBefore = [];
    private int _running;

    public void Begin()
    {
        lock (_lock)
        {
            if (_running++ == 0)
                _childrenBefore = Children();
        }
    }

    public void End()
    {
        lock (_lock)
            _running--;
    }

    public void Signal(int signal)
    {
        lock (_lock)
        {
            if (_running == 0)
                return;

            foreach (var child in Children().Except(_childrenBefore))
                _ = Kill(child, signal);
        }
    }

    private static HashSet<int> Children()
    {
        var children = new HashSet<int>();
        if (!OperatingSystem.IsLinux())
            return children;

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var process)
                && ParentOf(directory) == Environment.ProcessId)
                children.Add(process);
        }

        return children;
    }

    private static int? ParentOf(string directory)
    {
        try
        {
            // The second field is the command's name in parentheses and may hold anything; the parent is two after it.
            var status = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for one call.
    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
#pragma warning restore SYSLIB1054
}
