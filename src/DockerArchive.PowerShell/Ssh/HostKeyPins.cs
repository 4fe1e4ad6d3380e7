using System.Management.Automation;

namespace DockerArchive.Ssh;

/// <summary>
/// Host keys, one file per container id in OpenSSH's known_hosts form: a new container brings a new key without alarm,
/// a key that changes while its container lives is one.
/// </summary>
internal static class HostKeyPins
{
    private static readonly string Directory = Path.Combine(StateDirectory(), "dockerarchive", "host-keys");

    /// <summary>Pins the first key a container shows, and checks every later one against it.</summary>
    /// <exception cref="HostKeyChangedException">The container showed another key before.</exception>
    public static void Verify(string containerId, string algorithm, ReadOnlySpan<byte> key)
    {
        var file = FileOf(containerId);
        var line = $"{containerId[..12]} {algorithm} {Convert.ToBase64String(key)}\n";
        System.IO.Directory.CreateDirectory(Directory);
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(line));
        }
        catch (IOException) when (File.Exists(file))
        {
            if (File.ReadAllText(file) != line)
                throw new HostKeyChangedException(containerId, file);
        }
    }

    public static void Remove(string containerId)
    {
        var file = FileOf(containerId);
        if (File.Exists(file))
            File.Delete(file);
    }

    private static string FileOf(string containerId) => Path.Combine(Directory, containerId);

    private static string StateDirectory()
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

/// <summary>A guest shows another host key than it did before.</summary>
public sealed class HostKeyChangedException : ArchiveException
{
    internal HostKeyChangedException(string containerId, string file)
        : base(
            "HostKeyChanged",
            ErrorCategory.SecurityError,
            containerId,
            $"The guest in container {containerId[..12]} shows another SSH host key than before: something else may be answering "
            + $"at its port. If the guest made new keys itself, delete {file} and try again.")
    {
    }
}
