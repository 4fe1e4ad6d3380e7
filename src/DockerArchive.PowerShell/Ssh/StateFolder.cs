namespace DockerArchive.Ssh;

/// <summary>Where the module keeps what outlives a session; for its user's eyes only, as ssh demands of its files.</summary>
internal static class StateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string Root => Path.Combine(Base(), "dockerarchive");

    /// <summary>Makes a folder with those above it.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file that nobody ever sees half written.</summary>
    /// <returns>Whether it was written; false if there is one and it is not to be replaced.</returns>
    public static bool Write(string file, byte[] content, bool replace, UnixFileMode mode = OwnerOnly)
    {
        var partial = $"{file}.{Guid.NewGuid():n}.partial";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        try
        {
            using (var stream = new FileStream(partial, options))
                stream.Write(content);
            File.Move(partial, file, replace);
            return true;
        }
        catch (IOException) when (!replace && File.Exists(file))
        {
            return false;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static string Base()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD())
        {
            return Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
                ? state
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        }

        return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
    }
}
