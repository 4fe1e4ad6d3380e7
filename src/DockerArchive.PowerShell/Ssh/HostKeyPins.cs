using System.Buffers.Binary;
using System.Management.Automation;
using System.Text;

namespace DockerArchive.Ssh;

/// <summary>
/// Host keys, one known_hosts file of OpenSSH's per container id: a new container brings a new key without alarm, a key
/// that changes while its container lives is one.
/// </summary>
internal static class HostKeyPins
{
    /// <summary>What a container is called in its file; OpenSSH's HostKeyAlias.</summary>
    public static string AliasOf(string containerId) => containerId[..12];

    public static string FileOf(string containerId) => Path.Combine(StateFolder.Root, "host-keys", containerId);

    /// <summary>The keys that a container has shown, by their types; empty if it has shown none.</summary>
    /// <exception cref="ArchiveException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Keys(string containerId) => InFile(
        containerId,
        file => Lines(file).Select(line => line.Split(' ')).Where(words => words.Length > 2).DistinctBy(words => words[1])
            .ToDictionary(words => words[1], words => words[2]));

    /// <summary>Pins the first key a container shows, and checks every later one against it.</summary>
    /// <exception cref="HostKeyChangedException">The container showed another key before.</exception>
    /// <exception cref="ArchiveException">The key cannot be written down.</exception>
    public static void Verify(string containerId, ReadOnlySpan<byte> key)
    {
        // A type names the key, not the signature made with it: ssh-rsa, whatever rsa-sha2 was agreed on.
        var type = Encoding.ASCII.GetString(key.Slice(sizeof(int), BinaryPrimitives.ReadInt32BigEndian(key)));
        var line = $"{AliasOf(containerId)} {type} {Convert.ToBase64String(key)}";
        var isPinned = InFile(containerId, file =>
        {
            StateFolder.Create(Path.GetDirectoryName(file)!);
            return StateFolder.Write(file, Encoding.ASCII.GetBytes(line + '\n'), replace: false) || Lines(file).Contains(line);
        });
        if (!isPinned)
            throw new HostKeyChangedException(containerId, FileOf(containerId));
    }

    /// <summary>Pins the keys of a guest that goes on in another container.</summary>
    /// <exception cref="ArchiveException">They cannot be written down.</exception>
    public static void Pin(string containerId, IReadOnlyDictionary<string, string> keys)
    {
        if (keys.Count == 0)
            return;
        var lines = string.Concat(keys.Select(k => $"{AliasOf(containerId)} {k.Key} {k.Value}\n"));
        InFile(containerId, file =>
        {
            StateFolder.Create(Path.GetDirectoryName(file)!);
            return StateFolder.Write(file, Encoding.ASCII.GetBytes(lines), replace: true);
        });
    }

    public static void Remove(string containerId)
    {
        var file = FileOf(containerId);
        if (File.Exists(file))
            File.Delete(file);
    }

    private static T InFile<T>(string containerId, Func<string, T> work)
    {
        var file = FileOf(containerId);
        try
        {
            return work(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "HostKeyNotPinned",
                ErrorCategory.WriteError,
                file,
                $"The SSH host key of container {AliasOf(containerId)} cannot be pinned in {file}, so the login was not tried: {e.Message}",
                e);
        }
    }

    /// <summary>More than one if the user's ssh was told to learn further keys of a host that it knows (UpdateHostKeys).</summary>
    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}

/// <summary>A guest shows another host key than it did before.</summary>
public sealed class HostKeyChangedException : ArchiveException
{
    internal HostKeyChangedException(string containerId, string file)
        : base(
            "HostKeyChanged",
            ErrorCategory.SecurityError,
            containerId,
            $"The guest in container {HostKeyPins.AliasOf(containerId)} shows another SSH host key than before, so nothing was sent to it: something else may be "
            + $"answering at its port. If the guest made new keys itself, delete {file} and try again.")
    {
    }
}
