using System.Management.Automation;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>The Include line in the user's own configuration of ssh. Every other byte of that file stays as it is.</summary>
internal static class UserSshConfig
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string File => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", "config");

    /// <summary>Includes a file. The line comes first, as within a Host block it would count for that alone.</summary>
    public static void Include(string file) => Rewrite(file, (line, rest, lineEnd) => line + lineEnd + rest);

    /// <summary>Takes the line of a file away.</summary>
    public static void Exclude(string file)
    {
        if (System.IO.File.Exists(File))
            Rewrite(file, static (_, rest, _) => rest);
    }

    /// <summary>Rewrites what is there without the line of a file; a file that is as it should be is not touched.</summary>
    private static void Rewrite(string file, Func<string, string, string, string> write)
    {
        // A character for each byte, as nothing tells the file's encoding.
        var line = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes($"Include {SshConfigHost.Quote(SshConfigHost.ForwardSlashes(file))}"));
        try
        {
            var target = new FileInfo(File).LinkTarget is null ? File : System.IO.File.ResolveLinkTarget(File, returnFinalTarget: true)!.FullName;
            var isThere = System.IO.File.Exists(target);
            var before = isThere ? Encoding.Latin1.GetString(System.IO.File.ReadAllBytes(target)) : "";
            var rest = string.Concat(Lines(before).Where(l => l.Trim() != line));
            var after = write(line, rest, before.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n");
            if (after == before)
                return;
            StateFolder.Create(Path.GetDirectoryName(target)!);
            StateFolder.Write(
                target,
                Encoding.Latin1.GetBytes(after),
                replace: true,
                isThere && !OperatingSystem.IsWindows() ? System.IO.File.GetUnixFileMode(target) : OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "SshConfigNotWritten", ErrorCategory.WriteError, File, $"ssh's configuration {File} cannot be changed: {e.Message}", e);
        }
    }

    /// <summary>Lines with what ends them.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            if (end == 0)
                end = text.Length;
            yield return text[start..end];
        }
    }
}
