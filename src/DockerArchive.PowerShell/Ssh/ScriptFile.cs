using System.Management.Automation;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>A script of the user's machine as a command for a guest, which keeps its standard input free and leaves no file there.</summary>
internal static class ScriptFile
{
    /// <summary>Linux takes no longer argument than 128 KiB, and quoting needs some of that.</summary>
    private const int LongestScript = 96 * 1024;

    /// <summary>The shell's text that runs the script with its own interpreter (<c>#!</c>), otherwise with <c>sh</c>.</summary>
    /// <param name="path">Full path of the script.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="ArchiveException">It cannot be read, or is no script.</exception>
    public static string ToCommand(string path, IEnumerable<string> arguments)
    {
        string text;
        try
        {
            // Line ends of Windows would become part of the last word of each line.
            text = File.ReadAllText(path).ReplaceLineEndings("\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "ScriptUnreadable", ErrorCategory.ReadError, path, $"The script '{path}' (-FilePath) cannot be read: {e.Message}", e);
        }

        if (text.Contains('\0', StringComparison.Ordinal))
            throw Invalid(path, "is no text");
        if (Encoding.UTF8.GetByteCount(text) > LongestScript)
            throw Invalid(path, $"has more than {LongestScript / 1024} KiB");

        // The shell hands a here-document over without a file that has a name.
        var end = $"END_{Guid.NewGuid():n}";
        var open = text.EndsWith('\n') ? "" : "\n";
        return $"{Interpreter(text)} /dev/fd/9 {ShellWord.Join(arguments)} 9<<'{end}'\n{text}{open}{end}\n";
    }

    private static string Interpreter(string text)
    {
        if (!text.StartsWith("#!", StringComparison.Ordinal))
            return "sh";

        // As the kernel does: the interpreter, and all that follows as one argument.
        var words = text[2..text.IndexOf('\n', StringComparison.Ordinal)].Trim().Split([' ', '\t'], 2, StringSplitOptions.TrimEntries);
        return ShellWord.Join(words.Where(w => w.Length > 0));
    }

    private static ArchiveException Invalid(string path, string what) => new(
        "ScriptInvalid",
        ErrorCategory.InvalidArgument,
        path,
        $"'{path}' (-FilePath) {what}, so it cannot be handed to a guest's shell. Copy it with Copy-ArchiveItem and run it there.");
}
