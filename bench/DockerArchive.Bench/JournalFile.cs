namespace DockerArchive.Bench;

/// <summary>A journal as <c>journalctl -o json</c> prints it, in a file that is deleted after use: that of a real guest, repeated.</summary>
internal sealed class JournalFile : IDisposable
{
    private static readonly string Recorded =
        System.IO.Path.Combine(AppContext.BaseDirectory, "data", "guest", "systemd-252_buildkit-v0.4.0", "01-running.journal.json");

    public JournalFile(string path, int entries)
    {
        Path = path;
        Entries = entries;
        string[] lines = [.. File.ReadAllLines(Recorded).Where(line => line.StartsWith('{'))];
        using var file = new StreamWriter(path);
        for (int i = 0; i < entries; i++)
            file.Write(lines[i % lines.Length] + '\n');
    }

    public string Path { get; }

    public int Entries { get; }

    public void Dispose() => File.Delete(Path);
}
