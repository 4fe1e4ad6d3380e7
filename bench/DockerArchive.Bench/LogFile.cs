namespace DockerArchive.Bench;

/// <summary>A build's long log in a file that is deleted after use.</summary>
internal sealed class LogFile : IDisposable
{
    public LogFile(string path, int wantedLines)
    {
        Path = path;
        using FileStream file = File.Create(path);
        Lines = new LongLog().WriteTo(file, wantedLines);
        Length = file.Length;
    }

    public string Path { get; }

    /// <summary>The number of log lines.</summary>
    public int Lines { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    public void Dispose() => File.Delete(Path);
}
