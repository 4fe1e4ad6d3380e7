using DockerArchive.Catalog;

namespace DockerArchive.Archive.Checks;

/// <summary>A text file of an environment, in which rules find lines.</summary>
internal sealed class CheckedFile
{
    private readonly string _environment;

    private CheckedFile(string environment, string path, string[] lines) => (_environment, Path, Lines) = (environment, path, lines);

    public string Path { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>Reads a file; one that is not there has no lines.</summary>
    public static CheckedFile Read(ArchiveEnv env, string name)
    {
        var path = System.IO.Path.Combine(env.Directory, name);
        try
        {
            return new CheckedFile(env.Name, path, File.Exists(path) ? File.ReadAllLines(path) : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(path, null, e.Message, e);
        }
    }

    /// <summary>The first line that a rule means, from 1; null where there is none.</summary>
    public int? LineOf(Func<string, bool> wanted)
    {
        for (var i = 0; i < Lines.Count; i++)
        {
            if (wanted(Lines[i]))
                return i + 1;
        }

        return null;
    }

    public ArchiveFinding Error(string rule, int? line, string message) => Finding(rule, FindingSeverity.Error, line, message);

    public ArchiveFinding Warning(string rule, int? line, string message) => Finding(rule, FindingSeverity.Warning, line, message);

    private ArchiveFinding Finding(string rule, FindingSeverity severity, int? line, string message) =>
        new() { Environment = _environment, Rule = rule, Severity = severity, File = Path, Line = line, Message = message };
}
