using System.Management.Automation;

namespace DockerArchive.Buildkit;

/// <summary>
/// A file that keeps a build's output as it was printed. Where buildctl writes to both its streams, whole lines of each
/// stand in the order of their arrival.
/// </summary>
internal sealed class RawOutputFile : IBuildEventSink, IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    /// <summary>Makes the file, in place of one that is there.</summary>
    /// <exception cref="ArchiveException">It cannot be written.</exception>
    public RawOutputFile(string path)
    {
        _path = path;
        try
        {
            // Without a buffer nothing is left to be written, and to fail, when it is closed.
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(e);
        }
    }

    public void Accept(scoped in BuildToken token)
    {
        try
        {
            _file.Write(token.Raw);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }
    }

    public void Dispose() => _file.Dispose();

    private ArchiveException NotWritten(Exception e) => new(
        "RawOutputNotWritten", ErrorCategory.WriteError, _path, $"'{_path}' (-RawOutput) cannot be written: {e.Message}", e);
}
